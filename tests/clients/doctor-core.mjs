// npm @cloudelements/doctor-core, the vendor's asset tool: elements and instances, as far as it goes
// with an sfdc instance. Its public API exports assets; what lists and deletes instances is inside.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { assert, check, done, failure, load, plain, ready } from "./lib.mjs";

const doctor = load("@cloudelements/doctor-core");
const inside = (path) => load(`@cloudelements/doctor-core/src/${path}`);
const http = inside("utils/http");
const removeInstances = inside("core/elementInstances/removeInstances");

const { user_secret: user, organization_secret: organization } = ready.cloud_elements;
const account = { baseUrl: plain, authorization: `User ${user}, Organization ${organization}` };

await check("no element is the organisation's own, so nothing is exported", async () => {
  const dir = await mkdtemp(join(tmpdir(), "doctor-"));
  try {
    await doctor.exportAsset("elements", account, { dir });
    assert.deepEqual(await readdir(dir), []);
  } finally {
    await rm(dir, { recursive: true });
  }
});

await check("elements by key", async () => {
  const found = await http.get("elements", { where: "key = 'sfdc'" }, account);
  assert.deepEqual(found.map((element) => element.key), ["sfdc"]);
  assert.equal((await http.get("elements/sfdc", {}, account)).hub, "crm");
});

await check("wrong secrets are refused with 401 and a message", async () => {
  const wrong = { ...account, authorization: "User nobody, Organization none" };
  const error = await failure(http.get("instances", {}, wrong));
  assert.equal(error.statusCode, 401);
  assert.match(error.error.message, /Invalid Organization or User secret/);
  assert.ok(error.error.requestId);
});

await check("instances are listed and deleted", async () => {
  const instances = await http.get("instances", {}, account);
  assert.deepEqual(instances.map((instance) => instance.id), [ready.cloud_elements.instance_id]);
  await Promise.all(await removeInstances(account));
  // "No (.*) found" means none, to this client.
  assert.deepEqual(await http.get("instances", {}, account), []);
});

done();
