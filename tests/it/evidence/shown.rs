//! What is kept of a page that is shown: pictures without codes, records without secrets. The pages
//! are made for this; Salesforce's own may hold the like tomorrow.

use std::time::Duration;

use reauth::browser::{Catalogue, Look, Session};
use reauth::secrets::Redactor;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::support::{RemoteDriver, World};

/// Serves this page, whatever is asked for; gives its address.
async fn serve(html: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Each on its own: a browser opens more connections than it uses.
            tokio::spawn(answer(stream, html.clone()));
        }
    });
    url
}

async fn answer(mut stream: TcpStream, html: String) {
    let mut lines = BufReader::new(&mut stream).lines();
    while lines.next_line().await.unwrap().is_some_and(|line| !line.is_empty()) {}
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{html}", html.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// A browser that knows one page: the one that says that it is ready.
async fn browser(world: &World, driver: &RemoteDriver, redactor: &Redactor) -> Session {
    let catalogue = world.home.path().join("ready.toml");
    let page = "[[page]]\nname = \"ready\"\nsource = \"\"\ndate = \"\"\n";
    std::fs::write(&catalogue, format!("{page}signature = [[{{ css = \"body.ready\" }}]]\n"))
        .unwrap();
    let catalogue = Catalogue::load(Some(&catalogue)).unwrap();
    driver.session(&world.configuration(redactor), catalogue, redactor).await
}

async fn show(session: &Session, html: &str) {
    let ready = "<script>onload = () => document.body.className = 'ready'</script>";
    session.goto(&serve(format!("<!doctype html>{html}{ready}")).await).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let look = session.look(&["ready"], deadline).await.unwrap();
    assert!(matches!(look, Look::Page(_)), "{look:?}");
}

/// A code is found where fields are: in open shadow roots, in frames of the same site, in areas.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_have_no_code_in_them() {
    let (world, driver, redactor) =
        (World::new().await, RemoteDriver::start().await, Redactor::new());
    let session = browser(&world, &driver, &redactor).await;
    let root = "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = ";
    for place in [
        "<input value=CODE>".to_owned(),
        "<textarea>CODE</textarea>".to_owned(),
        format!("{root}'<input value=CODE>'</script>"),
        "<iframe srcdoc='<input value=CODE>'></iframe>".to_owned(),
        format!("{root}'<iframe srcdoc=\"<input value=CODE>\"></iframe>'</script>"),
    ] {
        let mut pictures = Vec::new();
        for code in ["111111", "987654"] {
            show(&session, &place.replace("CODE", code)).await;
            pictures.push(session.screenshot().await.unwrap());
        }
        assert!(pictures[0] == pictures[1], "the pictures differ by what was typed: {place}");
    }
    session.close().await.unwrap();
}

/// A secret that lies across the end of what is kept leaves nothing of itself.
#[tokio::test(flavor = "multi_thread")]
async fn records_have_no_part_of_a_secret_in_them() {
    const SECRET: &str = "00DXwA04962222EAQhZ-a-session-id.that-goes-on-for-a-while";
    let (world, driver, redactor) =
        (World::new().await, RemoteDriver::start().await, Redactor::new());
    let _ = redactor.learn("sid", SECRET);
    let session = browser(&world, &driver, &redactor).await;
    let before = |most: usize| format!("{}{SECRET}", "x".repeat(most - SECRET.len() / 2));
    let html = format!(
        "<title>{}</title><button data-x=\"{}\" data-y=\"{}\">{}</button><p>{}</p>",
        before(200),
        before(200),
        "y".repeat(2_000_000),
        before(100),
        before(4000),
    );
    show(&session, &html).await;
    let record =
        serde_json::to_string(&session.record(&["ready.button".to_owned()]).await.unwrap());
    let snapshot = session.snapshot().await.unwrap();
    assert!(snapshot.contains("data-x") && !snapshot.contains("00DX"), "{snapshot}");
    let record = record.unwrap();
    assert!(record.contains("data-x") && record.contains("xxxx"), "{record}");
    assert!(!record.contains("00DX"), "{record}");
    assert!(record.len() < 20_000, "{}", record.len());
    session.close().await.unwrap();
}

/// What is in a page's source, and what somebody has typed, but for what names the parts.
#[tokio::test(flavor = "multi_thread")]
async fn snapshots_have_the_structure_and_no_values() {
    let (world, driver, redactor) =
        (World::new().await, RemoteDriver::start().await, Redactor::new());
    let session = browser(&world, &driver, &redactor).await;
    show(
        &session,
        "<form action='/x;jsessionid=hunter2/y?token=hunter2#hunter2' onsubmit='hunter2()'>\
         <input type=hidden name=csrf value=hunter2><input id=user value=hunter2>\
         <textarea>hunter2</textarea><input type=submit value='Log In'></form>\
         <a href='javascript:hunter2()'>Go &amp; see &lt;it&gt;</a><img src='data:image/png,hunter2'>\
         <script>const x = 'hunter2';</script><style>.hunter2 {}</style>\
         <meta name=x content=hunter2><p>?sid=hunter2-sid</p>\
         <div id=host></div><iframe srcdoc='hunter2' title=inner></iframe>\
         <script>host.attachShadow({mode: 'open'}).innerHTML = '<b>in the shadow</b>';\
         user.value = 'hunter2';</script>",
    )
    .await;
    let snapshot = session.snapshot().await.unwrap();
    let (_, shown) = snapshot.split_once("-->\n").unwrap();
    insta::assert_snapshot!(shown.replace(session.current_url().await.unwrap().as_str(), "URL/"));
    assert!(!snapshot.contains("hunter2"), "{snapshot}");
    session.close().await.unwrap();
}

/// A page without an end is cut, and what a secret at the cut leaves goes with it.
#[tokio::test(flavor = "multi_thread")]
async fn snapshots_end() {
    let (world, driver, redactor) =
        (World::new().await, RemoteDriver::start().await, Redactor::new());
    let _ = redactor.learn("sid", "00DXwA04962222EAQhZ-a-session-id");
    let session = browser(&world, &driver, &redactor).await;
    show(&session, &format!("<p>{}</p>", "<b>00DXwA04962222EAQhZ-a-session-id</b>".repeat(9000)))
        .await;
    let snapshot = session.snapshot().await.unwrap();
    assert!(snapshot.contains("<b>«sid»</b>") && !snapshot.contains("00DX"));
    assert!((50_000..200_001).contains(&snapshot.chars().count()), "{}", snapshot.len());
    session.close().await.unwrap();
}
