"""PyPI simple-salesforce: queries, records, and its error classes."""

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import (
    Salesforce,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from lib import check, done, fails, plain, ready

platform = ready["cloud_elements"]


class Plain(HTTPAdapter):
    """The client speaks https only, the simulator http only: the one thing that is changed is the
    scheme, below the client."""

    def send(self, request, *arguments, **options):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *arguments, **options)


def access_token():
    """The instance's own, as the platform shows it."""
    header = "User {user_secret}, Organization {organization_secret}, Element {element_token}"
    url = f"{plain}/elements/api-v2/instances"
    answer = requests.get(url, headers={"Authorization": header.format(**platform)}, timeout=60)
    return answer.json()["configuration"]["oauth.user.token"]


session = requests.Session()
session.mount("https://", Plain())
token = access_token()
salesforce = Salesforce(instance_url=plain, session_id=token, version="60.0", session=session)

with check("a query"):
    result = salesforce.query("SELECT Id, Name FROM Account LIMIT 2")
    assert result["done"] is True and result["totalSize"] == 2
    assert result["records"][0]["attributes"]["type"] == "Account"

with check("all of them, page by page"):
    everything = list(salesforce.query_all_iter("SELECT Id FROM Account"))
    assert len(everything) >= 3, everything

with check("records are created, read, changed and deleted"):
    made = salesforce.Account.create({"Name": "Made by simple-salesforce"})
    assert made["success"] is True and made["errors"] == []
    assert salesforce.Account.get(made["id"])["Name"] == "Made by simple-salesforce"
    assert salesforce.Account.update(made["id"], {"Name": "Changed"}) == 204
    assert salesforce.Account.get(made["id"])["Name"] == "Changed"
    assert salesforce.Account.delete(made["id"]) == 204

with check("what is gone is not found"):
    with fails(SalesforceResourceNotFound) as errors:
        salesforce.Account.get(made["id"])
    assert errors[0].status == 404 and errors[0].content[0]["errorCode"] == "NOT_FOUND"

with check("what is malformed is told so"):
    with fails(SalesforceMalformedRequest) as errors:
        salesforce.query("SELECT FROM")
    assert errors[0].content[0]["errorCode"] == "MALFORMED_QUERY"
    with fails(SalesforceMalformedRequest) as errors:
        salesforce.Account.create({})
    assert errors[0].content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"

with check("a session that was ended has expired"):
    revoked = requests.post(f"{plain}/services/oauth2/revoke", data={"token": token}, timeout=60)
    assert revoked.status_code == 200 and revoked.content == b""
    with fails(SalesforceExpiredSession) as errors:
        salesforce.query("SELECT Id FROM Account LIMIT 1")
    assert errors[0].status == 401
    assert errors[0].content[0]["errorCode"] == "INVALID_SESSION_ID"

done()
