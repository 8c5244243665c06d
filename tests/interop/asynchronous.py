"""Microsoft's SDK for Python, its asynchronous half: another HTTP library, which spells and encodes in its own way."""

import os
import tempfile
import unittest
import uuid

from PowerPlatform.Dataverse.aio.async_client import AsyncDataverseClient
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from sandbox import CONFIG, URL, application


class Credential:
    """The credential of the other programs, for a client that waits for its tokens."""

    def __init__(self):
        self.credential = application()

    async def get_token(self, *scopes, **options):
        return self.credential.get_token(*scopes, **options)

    async def close(self):
        self.credential.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()


class Everything(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = await AsyncDataverseClient(URL, Credential(), CONFIG).__aenter__()
        self.addAsyncCleanup(self.client.aclose)

    async def test_rows(self):
        rows, name = self.client.records, f"O'Brien & Søn {uuid.uuid4()}"
        account = await rows.create("account", {"name": name, "industrycode": "Brokers"})
        self.assertEqual(str(uuid.UUID(account)), account)
        expand = ["primarycontactid($select=fullname)"]
        row = await rows.retrieve("account", account, expand=expand, include_annotations="*")
        self.assertEqual((row["name"], row["industrycode"]), (name, 4))
        await rows.update("account", account, {"telephone1": "555-0100"})
        (row,) = await rows.list("account", filter=col("name") == name, select=["telephone1"])
        self.assertEqual((row["accountid"], row["telephone1"]), (account, "555-0100"))
        await rows.delete("account", account)
        self.assertIsNone(await rows.retrieve("account", account))

    async def test_many_rows(self):
        rows, mark = self.client.records, uuid.uuid4().hex[:12]
        accounts = await rows.create("account", [{"name": mark}, {"name": mark}])
        await rows.update("account", accounts, {"telephone1": "555-0100"})
        keys = [UpsertItem({"accountnumber": f"{mark} {n}"}, {"name": mark}) for n in range(3)]
        await rows.upsert("account", keys[:1])
        await rows.upsert("account", keys)
        found = await rows.list("account", filter=col("name") == mark, select=["telephone1"])
        self.assertEqual(len(found), 5)

    async def test_pages(self):
        pages = self.client.records.list_pages("incident", select=["title"], page_size=70)
        self.assertEqual([len(page) async for page in pages], [70, 70, 70, 70, 20])
        xml = """
            <fetch count="70"><entity name="incident">
              <attribute name="title"/><order attribute="title"/>
            </entity></fetch>"""
        rows = await self.client.query.fetchxml(xml).execute()
        self.assertEqual(len({row["incidentid"] for row in rows}), 300)

    async def test_tables(self):
        tables = self.client.tables
        self.assertEqual((await tables.get("Account")).entity_set_name, "accounts")
        found = await tables.list(filter="SchemaName eq 'Account'", select=["LogicalName"])
        self.assertEqual([table["LogicalName"] for table in found], ["account"])
        self.assertEqual((await tables.get_column("account", "name", typed=True))["MaxLength"], 160)

    async def test_a_batch(self):
        batch, mark = self.client.batch.new(), uuid.uuid4().hex
        async with batch.changeset() as changes:
            contact = changes.records.create("contact", {"lastname": mark})
            changes.records.create("account", {"name": mark, "primarycontactid@odata.bind": contact})
        batch.records.list("account", filter=f"name eq '{mark}'", select=["name", "_primarycontactid_value"])
        result = await batch.execute()
        self.assertFalse(result.has_errors, [answer.error_message for answer in result.failed])
        (row,) = result.responses[-1].data["value"]
        self.assertEqual(row["_primarycontactid_value"], result.responses[0].entity_id)

    async def test_files(self):
        row = await self.client.records.create("contoso_inspection", {"contoso_name": "With papers"})
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "papers.bin")
            with open(path, "wb") as file:
                file.write(os.urandom(5_000_000))
            for mode in ("small", "chunk"):
                await self.client.files.upload(
                    "contoso_inspection", row, "contoso_report", path, mode=mode, if_none_match=mode == "small"
                )
        kept = await self.client.records.retrieve("contoso_inspection", row)
        self.assertEqual(kept["contoso_report_name"], "papers.bin")


if __name__ == "__main__":
    unittest.main()
