"""PyPI cloudelements: elements, hubs, instances, and objects of the CRM hub."""

from cloudelements import CloudElements

from lib import check, done, plain, ready

platform, app = ready["cloud_elements"], ready["salesforce"]


def client(element_token=None):
    made = CloudElements(platform["user_secret"], platform["organization_secret"], element_token)
    made.base_url = f"{plain}/elements/api-v2"
    # 0.2.1 writes "Element: <token>" (cloudelements/__init__.py, CloudElements.element_template); the
    # platform documents "Element <token>". Nothing else of the client is changed.
    made.element_template = ", Element {element_token}"
    return made


def body(answer, status=200):
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    return answer.json() if answer.content else None


everybody, own = client(), client(platform["element_token"])

with check("the catalogue"):
    assert [element["key"] for element in body(everybody.get_all_elements())] == ["sfdc"]
    assert body(everybody.get_all_element_keys()) == ["sfdc"]
    assert body(everybody.get_element_by_key("sfdc"))["hub"] == "crm"
    assert [hub["key"] for hub in body(everybody.get_hubs())] == ["crm"]
    assert body(everybody.get_hubs_keys()) == ["crm"]
    assert body(everybody.get_hub_key("crm"))["key"] == "crm"
    assert body(everybody.get_hub_key_for_elements("crm"))[0]["key"] == "sfdc"
    assert "message" in body(everybody.get_element_by_key("nothing"), 404)

with check("the OAuth URL"):
    asked = body(
        everybody.get_sales_force_provision_url(
            app["consumer_key"], app["consumer_secret"], app["callback_url"]
        )
    )
    assert asked["element"] == "sfdc" and "state=sfdc" in asked["oauthUrl"]

with check("instances"):
    listed = body(everybody.get_instances())
    assert [instance["id"] for instance in listed] == [platform["instance_id"]]
    instance = body(everybody.get_instance(platform["instance_id"]))
    assert instance["token"] == platform["element_token"]
    assert instance["configuration"]["oauth.api.secret"] == "********"
    assert "providerData" not in instance
    this = own.get_instances()
    assert body(this)["id"] == platform["instance_id"]
    assert this.headers["Elements-Element-Instance-Id"] == str(platform["instance_id"])

with check("accounts through the instance"):
    # Its schemas know small letters only; Salesforce's fields have no case.
    made = body(own.create_crm_accounts({"name": "Made by cloudelements"}))
    found = own.get_crm_accounts("Name='Made by cloudelements'", page_size=5)
    assert body(found) == [{"Id": made["Id"], "Name": "Made by cloudelements"}]
    assert found.headers["Elements-Total-Count"] == "1"
    assert found.headers["Elements-Returned-Count"] == "1"
    body(own.update_crm_account_by_id(made["Id"], {"name": "Changed"}))
    assert body(own.get_crm_account_by_id(made["Id"]))["Name"] == "Changed"
    body(own.delete_crm_account_by_id(made["Id"]))
    assert "message" in body(own.get_crm_account_by_id(made["Id"]), 404)

with check("a code that is none makes no instance"):
    refused = everybody.provision_sales_force_instance(
        app["consumer_key"],
        app["consumer_secret"],
        app["callback_url"],
        "from cloudelements",
        "aPrxNone==",
        tags=["client"],
    )
    assert "invalid authorization code" in body(refused, 400)["message"]
    assert "requestId" in refused.json()

with check("a deleted instance is gone, and its token worth nothing"):
    body(everybody.delete_instance(platform["instance_id"]))
    assert body(everybody.get_instances()) == []
    body(everybody.get_instance(platform["instance_id"]), 404)
    body(own.get_instances(), 401)

done()
