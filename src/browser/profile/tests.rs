use std::os::unix::fs::symlink;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_user_has_a_folder_of_their_own() {
    for (username, name) in [
        ("Zoe@Acme.example.qa", "zoe@acme.example.qa"),
        ("../../etc", "%2E.%2F..%2Fetc"),
        (".hidden", "%2Ehidden"),
        ("müller", "m%C3%BCller"),
    ] {
        assert_eq!(folder_name(&UserKey::of(username)), name);
    }
    let home = tempfile::tempdir().unwrap();
    let profile = home.path().join("a/profile");
    let folder = folder_of(&profile, &UserKey::of("zoe@acme")).unwrap();
    assert_eq!((mode(&profile), mode(&folder)), (0o700, 0o700));
    assert_eq!(folder_of(&profile, &UserKey::of("ZOE@acme")).unwrap(), folder);
    assert_ne!(folder_of(&profile, &UserKey::of("ada@acme")).unwrap(), folder);
}

#[test]
fn what_reauth_did_not_make_is_left_alone() {
    let profile = tempfile::tempdir().unwrap();
    let theirs = profile.path().join("zoe@acme/Default");
    fs::create_dir_all(&theirs).unwrap();
    fs::write(theirs.join("History"), "theirs").unwrap();
    let error = folder_of(profile.path(), &UserKey::of("zoe@acme")).unwrap_err();
    assert!(matches!(error, ProfileError::NotOurs { .. }), "{error}");
    Profile::take(profile.path(), 1).unwrap().sweep().unwrap();
    assert!(theirs.join("History").is_file());
}

#[test]
fn only_cookies_are_kept() {
    let profile = tempfile::tempdir().unwrap();
    let user = folder_of(profile.path(), &UserKey::of("zoe@acme")).unwrap();
    for file in [
        "Local State",
        "Default/Cookies",
        "Default/Network/Cookies",
        "Default/Network/Trust Tokens",
        "Default/History",
        "Default/Cache/Cookies",
        "Cookies",
    ] {
        let file = user.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "x").unwrap();
    }
    symlink("/nowhere", user.join("SingletonCookie")).unwrap();
    Profile::take(profile.path(), 1).unwrap();
    let mut left = Vec::new();
    let mut folders = vec![user.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                left.push(path.strip_prefix(&user).unwrap().display().to_string());
            }
        }
    }
    left.sort();
    assert_eq!(left, ["Default/Cookies", "Default/Network/Cookies", MARKER]);
}

/// Files of a user's folder, and what they hold.
fn cookies_of(user: &Path) -> Vec<Option<String>> {
    COOKIES.iter().map(|part| fs::read_to_string(user.join(part)).ok()).collect()
}

fn write_cookies(user: &Path, parts: &[(&str, &str)]) {
    for (part, text) in parts {
        let file = user.join(part);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

#[test]
fn cookies_of_a_browser_that_did_not_end_in_order_go() {
    let profile = tempfile::tempdir().unwrap();
    let user = folder_of(profile.path(), &UserKey::of("zoe@acme")).unwrap();
    write_cookies(&user, &[("Default/Cookies", "lasting")]);
    let before = cookies_of(&user);
    unclean::begin(&user).unwrap();
    let [.., journal] = COOKIES else { panic!() };
    write_cookies(&user, &[("Default/Cookies", "session"), (journal, "session")]);
    // One that did not come up changes nothing of what is known to be good.
    unclean::begin(&user).unwrap();
    Profile::take(profile.path(), 1).unwrap();
    assert_eq!(cookies_of(&user), before);
    // It is done once only.
    write_cookies(&user, &[("Default/Cookies", "newer")]);
    Profile::take(profile.path(), 1).unwrap();
    assert_eq!(cookies_of(&user)[0].as_deref(), Some("newer"));
}

#[test]
fn where_no_cookies_were_none_are_left() {
    let profile = tempfile::tempdir().unwrap();
    let user = folder_of(profile.path(), &UserKey::of("zoe@acme")).unwrap();
    unclean::begin(&user).unwrap();
    write_cookies(&user, &[("Default/Network/Cookies", "session")]);
    Profile::take(profile.path(), 1).unwrap();
    assert_eq!(cookies_of(&user), [None, None, None, None]);
}

#[test]
fn cookies_of_a_browser_that_ended_in_order_stay() {
    let profile = tempfile::tempdir().unwrap();
    let user = folder_of(profile.path(), &UserKey::of("zoe@acme")).unwrap();
    unclean::begin(&user).unwrap();
    write_cookies(&user, &[("Default/Cookies", "lasting")]);
    unclean::end(&user).unwrap();
    Profile::take(profile.path(), 1).unwrap();
    assert_eq!(cookies_of(&user)[0].as_deref(), Some("lasting"));
    let left: Vec<_> = fs::read_dir(&user).unwrap().flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// What could not be removed of one user keeps nothing of another.
#[test]
fn every_user_is_swept() {
    let profile = tempfile::tempdir().unwrap();
    let users =
        ["ada@acme", "zoe@acme"].map(|name| folder_of(profile.path(), &UserKey::of(name)).unwrap());
    for user in &users {
        // Where a file of cookies is to be removed there is a folder.
        unclean::begin(user).unwrap();
        fs::create_dir_all(user.join("Default/Cookies/something")).unwrap();
        fs::write(user.join("Default/History"), "x").unwrap();
    }
    let error = Profile::take(profile.path(), 1).unwrap_err();
    assert!(matches!(error, ProfileError::Failed { .. }), "{error}");
    for user in &users {
        assert!(!user.join("Default/History").exists());
        assert!(user.join(unclean::SET_ASIDE).is_dir(), "it is tried again");
    }
}

#[test]
fn the_second_is_told_who_the_first_is() {
    let profile = tempfile::tempdir().unwrap();
    let first = Profile::take(profile.path(), std::process::id()).unwrap();
    let error = Profile::take(profile.path(), 1).unwrap_err();
    assert!(error.to_string().ends_with(&format!("process {}", std::process::id())), "{error}");
    drop(first);
    Profile::take(profile.path(), 1).unwrap();
}

#[test]
fn what_a_killed_run_left_is_waited_for() {
    let profile = tempfile::tempdir().unwrap();
    // A process that has ended, and was reaped.
    let mut ended = std::process::Command::new("true").spawn().unwrap();
    let pid = ended.id();
    ended.wait().unwrap();
    let first = Profile::take(profile.path(), pid).unwrap();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| Profile::take(profile.path(), std::process::id()));
        drop(first);
        second.join().unwrap().unwrap();
    });
}

#[test]
fn a_browser_that_runs_is_told_from_one_that_ran() {
    let profile = tempfile::tempdir().unwrap();
    let user = folder_of(profile.path(), &UserKey::of("zoe@acme")).unwrap();
    let link = user.join(SINGLETON_LOCK);
    let here = rustix::system::uname().nodename().to_string_lossy().into_owned();
    // This process lives, and is no browser.
    symlink(format!("{here}-{}", std::process::id()), &link).unwrap();
    Profile::take(profile.path(), 1).unwrap();
    assert!(fs::symlink_metadata(&link).is_err(), "a stale link is swept");
    symlink("another-machine-7", &link).unwrap();
    let error = Profile::take(profile.path(), 1).unwrap_err();
    assert!(error.to_string().contains("process 7 on another-machine"), "{error}");
    assert!(fs::symlink_metadata(&link).is_ok());
}
