"use strict";
(() => {
  const BASE = "/__simulator/";
  const find = (selector) => document.querySelector(selector);

  // Elements with texts, never with markup: names of users may look like markup.
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children.map((child) => child ?? ""));
    return made;
  };
  const row = (cells, properties) => element("tr", properties, ...cells.map(
    (cell) => (cell instanceof Node && cell.tagName === "TD" ? cell : element("td", {}, cell))));
  const table = (heads, rows) => element("table", {},
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", {}, head)))),
    element("tbody", {}, ...rows));
  // What is there already stays: somebody may have selected it, or be about to press it.
  const show = (place, ...nodes) => {
    const same = nodes.length === place.childNodes.length
      && nodes.every((node, index) => node.isEqualNode(place.childNodes[index]));
    if (!same) place.replaceChildren(...nodes);
  };
  const time = (ms) => new Date(ms).toISOString().slice(11, 23);
  const day = (ms) => new Date(ms).toISOString().replace("T", " ").slice(0, 19);

  const send = async (method, path, body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(BASE + path, { method, headers, body: body && JSON.stringify(body) });
    const refused = answer.ok ? "" : (await answer.json().catch(() => ({}))).message ?? `${answer.status}`;
    find("#refusal").textContent = refused;
    await draw();
    return answer.ok;
  };

  let state;

  const drawReady = ({ salesforce, cloud_elements: platform, ...rest }) => {
    if (find("#ready").childElementCount) return;
    const header = `User ${platform.user_secret}, Organization ${platform.organization_secret}, Element ${platform.element_token}`;
    const facts = {
      "login": salesforce.login_url, "My Domain": salesforce.my_domain_url,
      "user": `${salesforce.username} / ${salesforce.password}`,
      "app": salesforce.connected_app, "consumer key": salesforce.consumer_key,
      "consumer secret": salesforce.consumer_secret, "callback": salesforce.callback_url,
      "platform": platform.base_url, "instance": platform.instance_id, "Authorization": header,
      "both, plain": `http://127.0.0.1:${rest.port}`,
    };
    for (const [name, value] of Object.entries(facts)) {
      find("#ready").append(element("dt", {}, name), element("dd", {}, `${value}`));
    }
  };

  const grantRow = (grant) => {
    const tokens = grant.access_tokens.filter((token) => token.live).length;
    const revoke = element("button", { value: `${grant.id}`, onclick: () => send("POST", `grants/${grant.id}/revoke`) }, "revoke");
    const said = grant.live ? (grant.refreshable ? "live" : "live, no refresh") : `ended: ${grant.ended_by}`;
    return row([grant.app, grant.user, grant.scope, day(grant.created_ms), day(grant.last_used_ms),
      `${grant.use_count}`, `${tokens} of ${grant.access_tokens.length}`,
      element("span", { className: grant.live ? "good" : "" }, said), grant.live ? revoke : ""],
    { className: grant.live ? "" : "dead" });
  };
  const grantTable = (grants) => table(
    ["App", "User", "Scope", "Created", "Last used", "Uses", "Access tokens live", "State", ""],
    grants.map(grantRow));

  const drawGrants = ({ grants }) => {
    const newest = grants.toReversed();
    const own = (grant) => grant.user === state.ready.salesforce.username;
    const others = newest.filter((grant) => !own(grant));
    show(find("#grants .own"), grantTable(newest.filter(own)));
    find("#grants summary").textContent = `${others.length} of other users`;
    show(find("#grants .others"), grantTable(others));
  };

  // What the platform holds, against what Salesforce would take.
  const authenticated = (instance) => {
    const held = instance.configuration;
    return state.salesforce.grants.some((grant) =>
      (grant.refreshable && grant.refresh_token === held["oauth.user.refresh_token"]) ||
      grant.access_tokens.some((token) => token.live && token.access_token === held["oauth.user.token"]));
  };

  const drawInstances = ({ instances }) => {
    const rows = instances.map((instance) => {
      const lives = authenticated(instance);
      return row([`${instance.id}`, instance.name, (instance.tags ?? []).join(", "),
        `${instance.exchanges}`, `${instance.refreshes}`, instance.disabled ? "disabled" : "enabled",
        element("span", { className: lives ? "good" : "bad" }, lives ? "authenticated" : "not authenticated")]);
    });
    show(find("#instances div"), table(
      ["Id", "Name", "Tags", "Codes exchanged", "Refreshes", "", "State"], rows));
  };

  const drawHeld = (held) => {
    find("#held").hidden = held.length === 0;
    show(find("#held div"), table(["Request", "Host", "State"], held.map((request) => row([
      `${request.method} ${request.path}`, request.host,
      request.acted_upon ? "acted upon, the answer is kept back" : "not acted upon yet"]))));
  };

  const drawRequests = () => {
    const wanted = find("#requests input").value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = state.requests.filter((request) => {
      const text = `${request.method} ${request.host} ${request.path} ${request.status}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
    show(find("#requests .scroll"), table(["Time", "", "Request", "Host"], shown.slice(-300).reverse().map(
      (request) => row([time(request.at_ms),
        element("span", { className: request.status < 400 ? "good" : "bad" }, `${request.status}`),
        element("td", { className: "path" }, `${request.method} ${request.path}`),
        element("td", { className: "host" }, request.host.split(":")[0].replace(".localhost", ""))]))));
  };

  let faults;
  const chooseFaults = () => {
    const chosen = [...document.querySelectorAll("#faults input:checked")].map((box) => box.value);
    return send("POST", "faults", { faults: chosen });
  };
  const drawFaults = async () => {
    if (!faults) {
      faults = await (await fetch(`${BASE}faults`)).json();
      let kind;
      for (const fault of faults) {
        if (fault.kind !== kind) find("#faults .scroll").append(element("h3", {}, kind = fault.kind));
        const box = element("input", { type: "checkbox", value: fault.name, onchange: chooseFaults });
        find("#faults .scroll").append(element("label", { title: fault.about }, box,
          element("span", {}, element("b", {}, fault.name), ` ${fault.about}`)));
      }
    }
    for (const box of document.querySelectorAll("#faults input[type=checkbox]")) {
      box.checked = state.faults.includes(box.value);
    }
  };

  const drawMailbox = (mailbox) => {
    const mails = mailbox.slice(-5).reverse();
    const lines = mails.map((mail) => element("div", {}, Object.values(mail).join(" · ")));
    show(find("#mailbox"), ...(lines.length ? lines : [element("p", { className: "muted" }, "none")]));
  };

  const draw = async () => {
    try {
      state = await (await fetch(`${BASE}state`)).json();
    } catch {
      find("#summary").textContent = "the simulator does not answer";
      return;
    }
    const ahead = state.clock.advanced_seconds;
    const trips = state.tripwire_hits ? `${state.tripwire_hits} connections to the callback: the code left the browser` : "callback never reached";
    find("#summary").textContent = `requests: ${state.requests.length} · logins: ${state.salesforce.logins} · ${trips}`;
    find("#summary").className = state.tripwire_hits ? "bad" : "";
    find("#now").textContent = `${day(state.clock.now_ms)} UTC` + (ahead ? `, ${ahead} s ahead` : "");
    drawReady(state.ready);
    drawGrants(state.salesforce);
    drawInstances(state.cloud_elements);
    drawHeld(state.held);
    drawRequests();
    drawMailbox(state.mailbox);
    show(find("#settings pre"), new Text(JSON.stringify(
      { salesforce: state.salesforce.settings, cloud_elements: state.cloud_elements.settings }, null, 2)));
    await drawFaults();
  };

  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => {
      const by = button.dataset.advance;
      const seconds = by === "back" ? -state.clock.advanced_seconds : Number(by);
      return send("POST", "clock", { advance_seconds: seconds });
    });
  }
  find("[data-no-faults]").addEventListener("click", () => send("POST", "faults", { faults: [] }));
  find("[data-forget]").addEventListener("click", () => send("DELETE", "requests"));
  find("[data-change]").addEventListener("click", async () => {
    const box = find("#settings textarea");
    try {
      if (await send("POST", "settings", JSON.parse(box.value))) box.value = "";
    } catch (error) {
      find("#refusal").textContent = `${error.message}`;
    }
  });
  find("#requests input").addEventListener("input", drawRequests);
  find("#faults input[type=search]").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const label of document.querySelectorAll("#faults label")) {
      label.hidden = !label.textContent.toLowerCase().includes(wanted);
      label.style.display = label.hidden ? "none" : "";
    }
  });

  const again = async () => {
    if (!document.hidden) await draw();
    setTimeout(again, 1000);
  };
  again();
})();
