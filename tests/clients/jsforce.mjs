// npm jsforce: the web server flow, queries, a silent refresh, identity, revocation.

import { assert, authorise, check, done, failure, load, plain, ready } from "./lib.mjs";

const jsforce = load("jsforce");
const { salesforce } = ready;
const oauth2 = {
  loginUrl: plain,
  clientId: salesforce.consumer_key,
  clientSecret: salesforce.consumer_secret,
  redirectUri: salesforce.callback_url,
};
const connection = new jsforce.Connection({ oauth2, version: "60.0" });

const url = connection.oauth2.getAuthorizationUrl({ scope: "full refresh_token", state: "js" });
const callback = await authorise(url);
const code = callback.searchParams.get("code");

await check("the code becomes tokens", async () => {
  assert.equal(callback.searchParams.get("state"), "js");
  const user = await connection.authorize(code);
  assert.match(user.id, /^005/);
  assert.match(user.organizationId, /^00D/);
  assert.match(connection.accessToken, /^00D.*!/);
  assert.ok(connection.refreshToken);
  assert.equal(connection.instanceUrl, plain);
});

await check("a code works once", async () => {
  const other = new jsforce.Connection({ oauth2 });
  const error = await failure(other.authorize(code));
  assert.equal(error.name, "invalid_grant");
  assert.match(error.message, /expired authorization code/);
});

await check("a query", async () => {
  const result = await connection.query("SELECT Id, Name FROM Account LIMIT 2");
  assert.equal(result.done, true);
  assert.equal(result.totalSize, result.records.length);
  assert.equal(result.records[0].attributes.type, "Account");
});

await check("a query that is none", async () => {
  const error = await failure(connection.query("SELECT FROM"));
  assert.equal(error.errorCode ?? error.name, "MALFORMED_QUERY");
});

await check("records are created, read, changed and deleted", async () => {
  const made = await connection.sobject("Account").create({ Name: "Made by jsforce" });
  assert.equal(made.success, true);
  assert.match(made.id, /^001/);
  assert.equal((await connection.sobject("Account").retrieve(made.id)).Name, "Made by jsforce");
  const changed = await connection.sobject("Account").update({ Id: made.id, Name: "Changed" });
  assert.equal(changed.success, true);
  const found = await connection.sobject("Account").find({ Id: made.id }, ["Id", "Name"]);
  assert.equal(found[0].Name, "Changed");
  assert.equal((await connection.sobject("Account").destroy(made.id)).success, true);
  const error = await failure(connection.sobject("Account").retrieve(made.id));
  assert.equal(error.errorCode ?? error.name, "NOT_FOUND");
});

await check("who we are", async () => {
  const identity = await connection.identity();
  assert.equal(identity.username, salesforce.username);
  assert.match(identity.user_id, /^005/);
  assert.ok(identity.urls);
});

await check("the access token is ended, and a 401 leads to a refresh", async () => {
  const ended = connection.accessToken;
  let refreshed;
  connection.on("refresh", (token) => { refreshed = token; });
  await connection.oauth2.revokeToken(ended);
  const result = await connection.query("SELECT Id FROM Account LIMIT 1");
  assert.equal(result.totalSize, 1);
  assert.ok(refreshed);
  assert.notEqual(refreshed, ended);
  assert.equal(connection.accessToken, refreshed);
});

await check("a token that is dead already cannot be revoked", async () => {
  const error = await failure(connection.oauth2.revokeToken("00D!dead"));
  assert.match(`${error.name} ${error.message}`, /invalid_token/);
});

await check("the refresh token is ended, and with it everything", async () => {
  await connection.oauth2.revokeToken(connection.refreshToken);
  const error = await failure(connection.query("SELECT Id FROM Account LIMIT 1"));
  assert.match(`${error.name} ${error.message}`, /invalid_grant|expired access\/refresh token/);
});

done();
