"""Microsoft's SDK for Python: several requests in one."""

import unittest
import uuid

from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from sandbox import SdkTestCase


class Batches(SdkTestCase):
    def named(self, name):
        return list(self.client.records.list("account", filter=col("name") == name, select=["name"]))

    def test_requests_of_every_kind_are_answered_in_order(self):
        mark, number = uuid.uuid4().hex, uuid.uuid4().hex[:12]
        kept = self.client.records.create("account", {"name": "Kept"})
        doomed = self.client.records.create("account", {"name": "Doomed"})
        batch = self.client.batch.new()
        batch.records.create("account", {"name": mark, "industrycode": "Brokers"})
        batch.records.create("account", [{"name": mark}, {"name": mark}])
        batch.records.update("account", kept, {"name": "Changed – «ü»"})
        batch.records.update("account", [kept], {"telephone1": "555-0100"})
        batch.records.upsert("account", [UpsertItem({"accountnumber": number}, {"name": "Upserted"})])
        batch.records.delete("account", doomed)
        batch.records.retrieve("account", kept, select=["name", "telephone1"], include_annotations="*")
        batch.records.list(
            "account",
            filter=(col("name") == mark) & ~(col("industrycode") == 1),
            select=["name", "industrycode"],
            orderby=["industrycode desc"],
            page_size=2,
            count=True,
        )
        batch.tables.get("account")
        batch.tables.list(filter="SchemaName eq 'Account' or SchemaName eq 'Contact'", select=["LogicalName"])
        result = batch.execute()
        self.assertFalse(result.has_errors, [answer.error_message for answer in result.failed])
        statuses = [answer.status_code for answer in result.responses]
        self.assertEqual(statuses, [204, 200, 204, 204, 204, 204, 200, 200, 200, 200])
        created, many, _, _, _, _, row, rows, table, tables = result.responses
        self.assertEqual(len(many.data["Ids"]), 2)
        self.assertEqual((row.data["name"], row.data["telephone1"]), ("Changed – «ü»", "555-0100"))
        self.assertEqual(len(rows.data["value"]), 2)
        self.assertEqual(rows.data["@odata.count"], 3)
        self.assertIn("@odata.nextLink", rows.data)
        self.assertEqual((rows.data["value"][0]["industrycode"]), 4)
        self.assertEqual(rows.data["value"][0]["accountid"], created.entity_id)
        self.assertEqual(table.data["value"][0]["EntitySetName"], "accounts")
        names = {table["LogicalName"] for table in tables.data["value"]}
        self.assertEqual(names, {"account", "contact"})
        self.assertIsNone(self.client.records.retrieve("account", doomed))

    def test_a_change_set_refers_to_what_it_creates(self):
        mark = uuid.uuid4().hex
        batch = self.client.batch.new()
        with batch.changeset() as changes:
            contact = changes.records.create("contact", {"lastname": mark})
            account = changes.records.create(
                "account", {"name": mark, "primarycontactid@odata.bind": contact}
            )
            changes.records.update("account", account, {"telephone1": "555-0111"})
            lost = changes.records.create("account", {"name": "Lost"})
            changes.records.delete("account", lost)
        with batch.changeset() as changes:
            changes.records.create("contact", {"lastname": f"{mark} too"})
        batch.records.list("account", filter=f"name eq '{mark}'", expand=["primarycontactid($select=lastname)"])
        result = batch.execute()
        self.assertFalse(result.has_errors, [answer.error_message for answer in result.failed])
        self.assertEqual([answer.content_id for answer in result.responses[:6]], [*"123456"])
        row = result.responses[-1].data["value"][0]
        self.assertEqual((row["primarycontactid"]["lastname"], row["telephone1"]), (mark, "555-0111"))
        self.assertEqual(row["accountid"], result.responses[1].entity_id)

    def test_a_change_set_is_all_or_nothing(self):
        mark = uuid.uuid4().hex
        batch = self.client.batch.new()
        with batch.changeset() as changes:
            changes.records.create("account", {"name": mark})
            changes.records.create("account", {"name": "x" * 161})
        batch.records.create("account", {"name": f"{mark} after"})
        result = batch.execute()
        (failed,) = result.failed
        self.assertEqual((failed.status_code, failed.error_code), (400, "0x80044331"))
        self.assertEqual(len(result.responses), 1, "it stops at the first failure")
        self.assertEqual(self.named(mark) + self.named(f"{mark} after"), [])

    def test_what_fails_stops_the_rest_unless_told_otherwise(self):
        mark, nobody = uuid.uuid4().hex, "00000000-0000-0000-0000-000000000001"

        def batch():
            batch = self.client.batch.new()
            batch.records.create("account", {"name": mark})
            batch.records.update("account", nobody, {"name": mark})
            batch.records.create("account", {"name": mark})
            return batch

        result = batch().execute()
        self.assertEqual([answer.status_code for answer in result.responses], [204, 404])
        self.assertEqual(result.responses[1].error_code, "0x80040217")
        self.assertEqual(len(self.named(mark)), 1)
        result = batch().execute(continue_on_error=True)
        self.assertEqual([answer.status_code for answer in result.responses], [204, 404, 204])
        self.assertEqual(len(self.named(mark)), 3)

    def test_a_thousand_at_once(self):
        mark = uuid.uuid4().hex
        batch = self.client.batch.new()
        for _ in range(1000):
            batch.records.create("account", {"name": mark})
        result = batch.execute()
        self.assertEqual(len(set(result.entity_ids)), 1000)


if __name__ == "__main__":
    unittest.main()
