// npm openid-client: discovery, PKCE, tokens, introspection, userinfo, refresh, revocation.

import { assert, authorise, check, done, failure, loadModule, plain, ready } from "./lib.mjs";

const client = await loadModule("openid-client");
const { salesforce } = ready;
const options = { execute: [client.allowInsecureRequests] };
const discover = (secret) =>
  client.discovery(new URL(plain), salesforce.consumer_key, secret, undefined, options);

let configuration;
await check("discovery", async () => {
  configuration = await discover(salesforce.consumer_secret);
  const server = configuration.serverMetadata();
  assert.equal(server.issuer, plain);
  assert.equal(server.token_endpoint, `${plain}/services/oauth2/token`);
  assert.equal(server.revocation_endpoint, `${plain}/services/oauth2/revoke`);
});

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const parameters = {
  redirect_uri: salesforce.callback_url,
  scope: "full refresh_token",
  state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
};
const authorisation = () => authorise(client.buildAuthorizationUrl(configuration, parameters));
const checks = { pkceCodeVerifier: verifier, expectedState: state };

await check("a code with a wrong verifier is worth nothing", async () => {
  const callback = await authorisation();
  const wrong = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
  const error = await failure(client.authorizationCodeGrant(configuration, callback, wrong));
  assert.equal(error.error, "invalid_grant");
  assert.match(error.error_description, /invalid code verifier/);
});

let tokens;
await check("a code and its verifier become tokens", async () => {
  tokens = await client.authorizationCodeGrant(configuration, await authorisation(), checks);
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.scope, "full refresh_token");
  assert.equal(tokens.expires_in, undefined);
  assert.match(tokens.issued_at, /^\d{13}$/);
  assert.equal(tokens.instance_url, plain);
});

const subject = tokens.id;
await check("introspection", async () => {
  const known = await client.tokenIntrospection(configuration, tokens.access_token);
  assert.equal(known.active, true);
  assert.equal(known.client_id, salesforce.consumer_key);
  assert.equal(known.username, salesforce.username);
  assert.ok(known.exp > known.iat);
  const unknown = await client.tokenIntrospection(configuration, "00D!nobody");
  assert.deepEqual({ ...unknown }, { active: false });
});

await check("userinfo", async () => {
  const info = await client.fetchUserInfo(configuration, tokens.access_token, subject);
  assert.equal(info.preferred_username, salesforce.username);
  assert.match(info.organization_id, /^00D/);
});

await check("a refresh gives another access token, and no refresh token", async () => {
  const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token);
  assert.notEqual(refreshed.access_token, tokens.access_token);
  assert.equal(refreshed.refresh_token, undefined);
});

await check("wrong client credentials", async () => {
  const wrong = await discover("not the secret");
  const error = await failure(client.refreshTokenGrant(wrong, tokens.refresh_token));
  assert.equal(error.error, "invalid_client");
  assert.equal(error.status, 400);
});

await check("revocation ends the grant", async () => {
  await client.tokenRevocation(configuration, tokens.refresh_token);
  const error = await failure(client.refreshTokenGrant(configuration, tokens.refresh_token));
  assert.equal(error.error, "invalid_grant");
  assert.match(error.error_description, /expired access\/refresh token/);
  const dead = await client.tokenIntrospection(configuration, tokens.access_token);
  assert.equal(dead.active, false);
  const refused = await failure(client.fetchUserInfo(configuration, tokens.access_token, subject));
  assert.equal((refused.response ?? refused.cause).status, 403);
});

done();
