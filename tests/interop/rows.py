"""Microsoft's SDK for Python: rows, one by one and many at a time."""

import datetime
import unittest
import uuid

import pandas
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col, raw
from PowerPlatform.Dataverse.models.query_builder import ExpandOption
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from sandbox import SdkTestCase, application

FORMATTED = "OData.Community.Display.V1.FormattedValue"


class OneRow(SdkTestCase):
    def test_it_is_created_read_changed_and_deleted(self):
        rows = self.client.records
        account = rows.create("account", {"Name": "Fabrikam", "NumberOfEmployees": 12, "revenue": 1250000.5})
        self.assertEqual(str(uuid.UUID(account)), account)
        row = rows.retrieve("account", account, select=["Name", "numberofemployees", "revenue", "createdon"])
        self.assertEqual((row["name"], row["numberofemployees"], row["revenue"]), ("Fabrikam", 12, 1250000.5))
        self.assertEqual(row["accountid"], account)
        self.assertRegex(row.etag, r'^W/"\d+"$')
        self.assertRegex(row["createdon"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

        rows.update("account", account, {"telephone1": "555-0100", "numberofemployees": None})
        changed = rows.retrieve("account", account, select=["name", "telephone1", "numberofemployees"])
        self.assertEqual((changed["name"], changed["telephone1"]), ("Fabrikam", "555-0100"))
        self.assertIsNone(changed["numberofemployees"])
        self.assertNotEqual(changed.etag, row.etag)

        rows.delete("account", account)
        self.assertIsNone(rows.retrieve("account", account))

    def test_lookups_are_bound_expanded_and_cleared(self):
        rows = self.client.records
        contact = rows.create("contact", {"firstname": "Ada", "lastname": "Byron"})
        account = rows.create(
            "account", {"name": "Engines", "primarycontactid@odata.bind": f"/contacts({contact})"}
        )
        expand = ExpandOption("primarycontactid").select("fullname").to_odata()
        row = rows.retrieve("account", account, select=["name"], expand=[expand], include_annotations="*")
        self.assertEqual(row["primarycontactid"]["fullname"], "Ada Byron")
        row = rows.retrieve("account", account, select=["_primarycontactid_value"], include_annotations="*")
        self.assertEqual(row["_primarycontactid_value"], contact)
        self.assertEqual(row[f"_primarycontactid_value@{FORMATTED}"], "Ada Byron")
        self.assertEqual(row["_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname"], "contact")
        rows.update("account", account, {"primarycontactid@odata.bind": None})
        row = rows.retrieve("account", account, select=["_primarycontactid_value"])
        self.assertIsNone(row["_primarycontactid_value"])

    def test_choices_are_written_by_label(self):
        rows = self.client.records
        account = rows.create(
            "account",
            {"name": "Ledger", "industrycode": "accounting", "preferredcontactmethodcode": " EMAIL "},
        )
        columns = ["industrycode", "preferredcontactmethodcode"]
        row = rows.retrieve("account", account, select=columns, include_annotations=FORMATTED)
        self.assertEqual(row["industrycode"], 1)
        self.assertEqual(row[f"industrycode@{FORMATTED}"], "Accounting")
        self.assertEqual(row[f"preferredcontactmethodcode@{FORMATTED}"], "Email")
        rows.update("account", account, {"industrycode": "Wholesale"})
        row = rows.retrieve("account", account, select=["industrycode"], include_annotations="*")
        self.assertEqual(row[f"industrycode@{FORMATTED}"], "Wholesale")
        with self.assertRaises(HttpError) as caught:
            rows.update("account", account, {"industrycode": "Alchemy"})
        self.assertEqual(caught.exception.status_code, 400)

    def test_an_alternate_key_creates_once_and_updates_then(self):
        rows, number = self.client.records, uuid.uuid4().hex[:12]
        item = UpsertItem({"accountnumber": number}, {"name": "First", "industrycode": "Brokers"})
        rows.upsert("account", [item])
        rows.upsert("account", [UpsertItem({"accountnumber": number}, {"name": "Second"})])
        (row,) = rows.list("account", filter=col("accountnumber") == number, select=["name", "industrycode"])
        self.assertEqual((row["name"], row["industrycode"]), ("Second", 4))
        rows.update("account", f"accountnumber='{number}'", {"name": "Third"})
        self.assertEqual(rows.retrieve("account", f"accountnumber='{number}'")["name"], "Third")

    def test_errors_say_what_the_service_says(self):
        rows, nobody = self.client.records, "00000000-0000-0000-0000-000000000001"
        cases = [
            (lambda: rows.update("account", nobody, {"name": "x"}), 404, "0x80040217"),
            (lambda: rows.delete("account", nobody), 404, "0x80040217"),
            (lambda: rows.create("account", {"name": "x", "nosuchcolumn": 1}), 400, "0x80048d19"),
            (lambda: rows.create("account", {"name": "x" * 161}), 400, "0x80044331"),
            (lambda: rows.create("account", {"name": "x", "industrycode": 999}), 400, "0x8004431a"),
            (lambda: rows.list("account", filter="nosuchcolumn eq 1"), 400, "0x80060888"),
            (lambda: rows.list("account", select=["nosuchcolumn"]), 400, "0x80060888"),
        ]
        for number, (call, status, code) in enumerate(cases):
            with self.subTest(number):
                with self.assertRaises(HttpError) as caught:
                    call()
                error = caught.exception
                self.assertEqual((error.status_code, error.details["service_error_code"]), (status, code), error)
                self.assertTrue(error.details["service_request_id"], "a request has a number")


class ManyRows(SdkTestCase):
    def test_they_are_created_updated_and_deleted_at_once(self):
        rows, mark = self.client.records, uuid.uuid4().hex
        names = [f"{mark} {number}" for number in range(25)]
        new = [{"name": name, "industrycode": "Brokers", "description": mark} for name in names]
        accounts = rows.create("account", new)
        self.assertEqual(len(set(accounts)), 25)
        self.assertEqual(self.column("name", mark), dict(zip(accounts, names)))
        self.assertEqual(set(self.column("industrycode", mark).values()), {4})

        rows.update("account", accounts, {"telephone1": "555-0199"})
        self.assertEqual(set(self.column("telephone1", mark).values()), {"555-0199"})
        rows.update("account", accounts, [{"fax": str(number)} for number in range(25)])
        numbers = {account: str(number) for number, account in enumerate(accounts)}
        self.assertEqual(self.column("fax", mark), numbers)

        rows.delete("account", accounts[:5], use_bulk_delete=False)
        self.assertEqual(set(self.column("name", mark)), set(accounts[5:]))

    def test_one_wrong_row_keeps_all_from_being_written(self):
        rows, mark = self.client.records, uuid.uuid4().hex
        with self.assertRaises(HttpError) as caught:
            rows.create("account", [{"name": mark}, {"name": "x" * 161}])
        self.assertEqual(caught.exception.details["service_error_code"], "0x80044331")
        self.assertEqual(len(rows.list("account", filter=col("name") == mark)), 0)
        account = rows.create("account", {"name": mark})
        nobody = "00000000-0000-0000-0000-000000000001"
        with self.assertRaises(HttpError) as caught:
            rows.update("account", [account, nobody], {"name": f"{mark} changed"})
        self.assertEqual(caught.exception.details["service_error_code"], "0x80040217")
        self.assertEqual(rows.retrieve("account", account, select=["name"])["name"], mark)

    def test_alternate_keys_create_and_update_at_once(self):
        rows, mark = self.client.records, uuid.uuid4().hex[:12]
        kept = rows.create("account", {"name": "Old", "accountnumber": f"{mark}1"})
        items = [
            UpsertItem({"accountnumber": f"{mark}{number}"}, {"name": f"New {number}"}) for number in range(3)
        ]
        rows.upsert("account", items)
        found = rows.list(
            "account",
            filter=col("accountnumber").startswith(mark),
            select=["name", "accountnumber"],
            orderby=["accountnumber"],
        )
        self.assertEqual([row["name"] for row in found], ["New 0", "New 1", "New 2"])
        self.assertEqual(found[1]["accountid"], kept)

    def test_a_bulk_delete_is_a_job(self):
        rows, mark = self.client.records, uuid.uuid4().hex
        accounts = rows.create("account", [{"name": mark, "description": mark} for _ in range(3)])
        job = rows.delete("account", accounts)
        self.assertEqual(str(uuid.UUID(job)), job)
        self.assertEqual(self.column("name", mark), {})

    def test_data_frames_go_in_and_come_out(self):
        frame, mark = self.client.dataframe, uuid.uuid4().hex
        new = pandas.DataFrame(
            {"name": ["One", "Two"], "revenue": [1.5, None], "description": [mark, mark]}
        )
        accounts = frame.create("account", new)
        frame.update(
            "account",
            pandas.DataFrame({"accountid": accounts, "name": ["Uno", "Due"]}),
            id_column="accountid",
        )
        query = self.client.query.builder("account").select("name", "revenue")
        found = query.where(col("description") == mark).order_by("name").execute().to_dataframe()
        self.assertEqual(list(found["name"]), ["Due", "Uno"])
        self.assertEqual(found["revenue"][1], 1.5)
        self.assertTrue(pandas.isna(found["revenue"][0]))

    def column(self, name, mark):
        found = self.client.records.list("account", filter=col("description") == mark, select=[name])
        return {row["accountid"]: row[name] for row in found}


class Queries(SdkTestCase):
    """The answers are compared with what Python makes of all rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = ["title", "prioritycode", "caseorigincode", "statecode", "createdon", "description"]
        cls.all = cls.client.records.list("incident", select=[*cls.names, "_customerid_value"])

    def test_pages_make_the_whole(self):
        pages = list(self.client.records.list_pages("incident", select=["title"], page_size=70))
        self.assertEqual({len(page) for page in pages[:-1]}, {70})
        ids = [row["incidentid"] for page in pages for row in page]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(set(ids), {row["incidentid"] for row in self.all})

        ordered = self.client.query.builder("incident").select("title").order_by("title", descending=True)
        titles = [row["title"] for page in ordered.page_size(64).execute_pages() for row in page]
        self.assertEqual(len(titles), len(self.all))
        folded = [title.casefold() for title in titles]
        self.assertEqual(folded, sorted(folded, reverse=True))

    def test_top_ends_the_list(self):
        rows = self.client.records
        self.assertEqual(len(rows.list("incident", select=["title"], top=7)), 7)
        self.assertEqual(len(rows.list("incident", select=["title"], top=7, count=True)), 7)
        self.assertEqual(len(rows.list("incident", select=["title"], top=5000)), len(self.all))

    def test_filters_of_the_builder(self):
        word = next(row["title"].split()[0] for row in self.all)
        middle = sorted(row["createdon"] for row in self.all)[len(self.all) // 2]
        moment = datetime.datetime.fromisoformat(middle)
        customer = uuid.UUID(self.all[0]["_customerid_value"])
        cases = [
            (col("prioritycode") == 1, lambda row: row["prioritycode"] == 1),
            (col("prioritycode") != 1, lambda row: row["prioritycode"] != 1),
            (col("prioritycode").in_([1, 3]), lambda row: row["prioritycode"] in (1, 3)),
            (col("prioritycode").not_in([1, 3]), lambda row: row["prioritycode"] not in (1, 3)),
            (col("prioritycode").between(2, 3), lambda row: 2 <= row["prioritycode"] <= 3),
            (col("prioritycode").not_between(2, 3), lambda row: not 2 <= row["prioritycode"] <= 3),
            (col("description").is_null(), lambda row: row["description"] is None),
            (col("description").is_not_null(), lambda row: row["description"] is not None),
            (col("title").contains(word), lambda row: word.casefold() in row["title"].casefold()),
            (col("title").like(f"{word}%"), lambda row: row["title"].casefold().startswith(word.casefold())),
            (col("title").not_like(f"%{word}"), lambda row: not row["title"].casefold().endswith(word.casefold())),
            (col("title") == self.all[0]["title"].upper(), lambda row: row["title"].casefold() == self.all[0]["title"].casefold()),
            (col("createdon") >= moment, lambda row: row["createdon"] >= middle),
            (col("createdon") < moment, lambda row: row["createdon"] < middle),
            (col("_customerid_value") == customer, lambda row: row["_customerid_value"] == str(customer)),
            (
                (col("statecode") == 0) & ((col("prioritycode") == 1) | ~(col("caseorigincode") == 3)),
                lambda row: row["statecode"] == 0 and (row["prioritycode"] == 1 or row["caseorigincode"] != 3),
            ),
            (raw("statecode eq 1 and not contains(title,'zzz')"), lambda row: row["statecode"] == 1),
        ]
        for expression, fits in cases:
            with self.subTest(str(expression)):
                query = self.client.query.builder("incident").select("title").where(expression)
                found = {row["incidentid"] for row in query.page_size(100).execute()}
                expected = {row["incidentid"] for row in self.all if fits(row)}
                self.assertEqual(found, expected)
                self.assertTrue(found, "a filter that fits nothing proves nothing")

    def test_collections_are_expanded_with_options(self):
        option = ExpandOption("incident_customer_accounts").select("title", "createdon")
        option = option.filter("statecode eq 0").order_by("title", descending=True).top(2)
        query = self.client.query.builder("account").select("name").expand(option).top(1000)
        seen = 0
        for account in query.execute():
            cases = account["incident_customer_accounts"]
            titles = [case["title"].casefold() for case in cases]
            self.assertEqual(titles, sorted(titles, reverse=True)[:2])
            seen += len(cases)
        self.assertGreater(seen, 0)

    def test_annotations_come_when_asked_for(self):
        query = self.client.query.builder("incident").select("statecode", "_customerid_value").top(3)
        for row in query.execute():
            self.assertFalse([key for key in row if "@" in key], row)
        query = query.include_formatted_values()
        for row in query.execute():
            self.assertIn(row[f"statecode@{FORMATTED}"], ("Active", "Resolved", "Canceled"))
            self.assertIn(f"_customerid_value@{FORMATTED}", row)
            self.assertFalse([key for key in row if "lookuplogicalname" in key], row)

    def test_quotes_and_other_scripts_survive(self):
        rows, mark = self.client.records, uuid.uuid4().hex
        name = f"O'Brien & Søn: 100% + “Ωμέγα{mark}” #1?"
        account = rows.create("account", {"name": name})
        (row,) = rows.list("account", filter=col("name") == name, select=["name"])
        self.assertEqual((row["accountid"], row["name"]), (account, name))
        (row,) = rows.list("account", filter=col("name").contains(f"Ωμέγα{mark}"), select=["name"])
        self.assertEqual(row["accountid"], account)
        found = rows.list("account", filter=col("name").startswith("o'brien & s"), select=["name"])
        self.assertIn(account, [row["accountid"] for row in found])


class Application(SdkTestCase):
    credential = staticmethod(application)

    def test_the_application_user_owns_what_it_creates(self):
        rows = self.client.records
        account = rows.create("account", {"name": "By machine"})
        row = rows.retrieve("account", account, select=["_ownerid_value"], include_annotations="*")
        self.assertEqual(row[f"_ownerid_value@{FORMATTED}"], "# Contoso Integration")


if __name__ == "__main__":
    unittest.main()
