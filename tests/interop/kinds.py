"""Microsoft's SDK for Python: columns of every kind, and files."""

import datetime
import os
import tempfile
import unittest
import uuid

import requests
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from sandbox import SCOPE, URL, SdkTestCase, application

TABLE = "contoso_Inspection"
FORMATTED = "OData.Community.Display.V1.FormattedValue"


class EveryKind(SdkTestCase):
    credential = staticmethod(application)

    def test_what_is_written_is_read(self):
        rows, external = self.client.records, str(uuid.uuid4())
        account = rows.create("account", {"name": "Inspected"})
        contact = rows.create("contact", {"firstname": "Ada", "lastname": "Byron"})
        written = {
            "contoso_Name": "Roof",
            "contoso_AlsoChecked": "100000001,100000003",
            "contoso_Findings": "2,8",
            "contoso_Passed": True,
            "contoso_Number": 12,
            "contoso_Counter": 9007199254740991,
            "contoso_Temperature": 21.125,
            "contoso_Deviation": -0.5,
            "contoso_Cost": 1234.5,
            "contoso_DueOn": "2026-05-01",
            "contoso_PlannedFor": "2026-05-02T00:00:00Z",
            "contoso_StartedAt": "2026-05-01T10:30:00+02:00",
            "contoso_OpensAt": "2026-05-01T08:00:00Z",
            "contoso_Email": "roof@contoso.example",
            "contoso_Remarks": "One\nTwo \"three\" – ü",
            "contoso_ExternalId": external,
        }
        bound = {
            "contoso_AccountId@odata.bind": f"/accounts({account})",
            "contoso_Regarding_contact@odata.bind": f"contacts({contact})",
        }
        by_label = {"contoso_AssetKind": "PRINTER", "contoso_Grade": "poor"}
        row_id = rows.create(TABLE, written | bound | by_label)
        row = rows.retrieve(TABLE, row_id, include_annotations="*")
        expected = {name.lower(): value for name, value in written.items()} | {
            "contoso_startedat": "2026-05-01T08:30:00Z",
            "contoso_assetkind": 100000001,
            "contoso_grade": 3,
            "_contoso_accountid_value": account,
            "_contoso_regarding_value": contact,
        }
        self.assertEqual({name: row[name] for name in expected}, expected)
        labels = {
            "contoso_assetkind": "Printer",
            "contoso_alsochecked": "Printer; Camera",
            "contoso_findings": "Worn; Missing Parts",
            "contoso_passed": "Passed",
            "contoso_grade": "Poor",
            "_contoso_accountid_value": "Inspected",
            "_contoso_regarding_value": "Ada Byron",
        }
        self.assertEqual({name: row[f"{name}@{FORMATTED}"] for name in labels}, labels)
        kind = "Microsoft.Dynamics.CRM.lookuplogicalname"
        self.assertEqual(row[f"_contoso_regarding_value@{kind}"], "contact")

    def test_filters_know_the_kinds(self):
        rows, mark = self.client.records, uuid.uuid4().hex
        names = [f"{mark} {number}" for number in range(4)]
        due = [datetime.date(2026, 5, 1) + datetime.timedelta(days=number) for number in range(4)]
        for number, name in enumerate(names):
            values = {"contoso_Name": name, "contoso_DueOn": due[number].isoformat()}
            started = f"2026-05-0{number + 1}T12:00:00Z"
            values |= {"contoso_StartedAt": started, "contoso_Temperature": number + 0.5}
            rows.create(TABLE, values | {"contoso_Passed": number % 2 == 0})
        moment = datetime.datetime(2026, 5, 2, 12, tzinfo=datetime.timezone.utc)
        cases = [
            (col("contoso_dueon") == due[2], {2}),
            (col("contoso_dueon").between(due[1], due[2]), {1, 2}),
            (col("contoso_startedat") > moment, {2, 3}),
            (col("contoso_temperature") <= 1.5, {0, 1}),
            (col("contoso_passed") == True, {0, 2}),  # noqa: E712
            (col("contoso_temperature").in_([0.5, 3.5]), {0, 3}),
        ]
        for expression, numbers in cases:
            with self.subTest(str(expression)):
                found = rows.list(TABLE, filter=col("contoso_name").startswith(mark) & expression)
                self.assertEqual({row["contoso_name"] for row in found}, {names[n] for n in numbers})

    def test_a_key_of_several_columns_creates_and_updates(self):
        rows = self.client.records
        account = rows.create("account", {"name": "Key of two"})
        key = {"_contoso_accountid_value": uuid.UUID(account), "contoso_number": 7}
        for name in ("First", "Second"):
            rows.upsert(TABLE, [UpsertItem(key, {"contoso_Name": name})])
        (row,) = rows.list(TABLE, filter=col("_contoso_accountid_value") == uuid.UUID(account))
        self.assertEqual((row["contoso_name"], row["contoso_number"]), ("Second", 7))
        with self.assertRaises(HttpError) as caught:
            rows.create(
                TABLE,
                {
                    "contoso_Name": "Third",
                    "contoso_Number": 7,
                    "contoso_AccountId@odata.bind": f"/accounts({account})",
                },
            )
        self.assertEqual(caught.exception.status_code, 412)


class Files(SdkTestCase):
    credential = staticmethod(application)

    def test_they_go_up_at_once_and_in_pieces(self):
        row = self.client.records.create(TABLE, {"contoso_Name": "With papers"})
        for mode, size in [("small", 70_000), ("chunk", 9_000_000)]:
            with self.subTest(mode), tempfile.TemporaryDirectory() as folder:
                content, name = os.urandom(size), f"{mode} papers.bin"
                path = os.path.join(folder, name)
                with open(path, "wb") as file:
                    file.write(content)
                self.client.files.upload(
                    TABLE, row, "contoso_Report", path, mode=mode, if_none_match=mode == "small"
                )
                kept = self.client.records.retrieve(TABLE, row)
                self.assertEqual(kept["contoso_report_name"], name)
                self.assertTrue(uuid.UUID(kept["contoso_report"]))
                self.assertEqual(self.download(row), content)

    def download(self, row):
        token = self.client.auth.credential.get_token(SCOPE).token
        address = f"{URL}/api/data/v9.2/contoso_inspections({row})/contoso_report/$value"
        answer = requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        answer.raise_for_status()
        return answer.content


if __name__ == "__main__":
    unittest.main()
