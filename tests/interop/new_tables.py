"""Microsoft's SDK for Python: tables, columns, keys and relationships that it makes, and files in them."""

import enum
import os
import tempfile
import unittest

from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.relationship import ManyToManyRelationshipMetadata
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from sandbox import SdkTestCase, application


class Colour(enum.IntEnum):
    Red = 100000000
    Green = 100000001

    __labels__ = {1033: {"Red": "Bright red", "Green": "Moss green"}}


class NewTables(SdkTestCase):
    credential = staticmethod(application)

    def setUp(self):
        columns = {
            "new_Code": "string",
            "new_Notes": "memo",
            "new_Weight": "decimal",
            "new_Ratio": "float",
            "new_Count": {"type": "int", "min_value": 0, "max_value": 10},
            "new_Made": "datetime",
            "new_Fragile": "bool",
            "new_Colour": Colour,
        }
        self.table = self.client.tables.create(
            "new_Box", columns, primary_column="new_Label", display_name="Box"
        )
        self.addCleanup(self.client.tables.delete, "new_Box")

    def test_one_is_made_used_changed_and_deleted(self):
        table, rows, tables = self.table, self.client.records, self.client.tables
        self.assertEqual((table.logical_name, table.primary_id_attribute), ("new_box", "new_boxid"))
        self.assertEqual(table.primary_name_attribute, "new_label")
        values = {
            "new_Label": "First",
            "new_Weight": 12.5,
            "new_Ratio": 0.125,
            "new_Count": 3,
            "new_Made": "2026-05-01",
            "new_Fragile": True,
            "new_Colour": "moss green",
            "new_Notes": "One\nTwo",
        }
        box = rows.create("new_Box", values)
        row = rows.retrieve("new_Box", box, include_annotations="*")
        self.assertEqual((row["new_weight"], row["new_ratio"], row["new_count"]), (12.5, 0.125, 3))
        self.assertEqual((row["new_fragile"], row["new_colour"]), (True, Colour.Green))
        self.assertEqual(row["new_colour@OData.Community.Display.V1.FormattedValue"], "Moss green")
        with self.assertRaises(HttpError) as caught:
            rows.update("new_Box", box, {"new_Count": 11})
        self.assertEqual(caught.exception.status_code, 400)

        tables.add_columns("new_Box", {"new_Height": "int"})
        rows.update("new_Box", box, {"new_Height": 40})
        tables.update_column("new_Box", "new_Code", {"max_length": 5, "display_name": "Short code"})
        code = tables.get_column("new_Box", "new_Code", typed=True)
        self.assertEqual((code["MaxLength"], code["LogicalName"]), (5, "new_code"))
        with self.assertRaises(HttpError) as caught:
            rows.update("new_Box", box, {"new_Code": "123456"})
        self.assertEqual(caught.exception.details["service_error_code"], "0x80044331")
        self.assertEqual(tables.remove_columns("new_Box", ["new_Height"]), ["new_Height"])
        self.assertIsNone(tables.get_column("new_Box", "new_Height"))

    def test_keys_and_relationships_are_made(self):
        rows, tables = self.client.records, self.client.tables
        key = tables.create_alternate_key("new_Box", "new_CodeKey", ["new_code"])
        self.assertIn(key.metadata_id, [kept.metadata_id for kept in tables.get_alternate_keys("new_Box")])
        item = UpsertItem({"new_code": "A1"}, {"new_label": "Upserted"})
        rows.upsert("new_Box", [item])
        rows.upsert("new_Box", [item])
        (box,) = rows.list("new_Box", filter="new_code eq 'A1'")
        tables.delete_alternate_key("new_Box", key.metadata_id)

        lookup = tables.create_lookup_field("new_Box", "new_AccountId", "account")
        found = tables.get_relationship(lookup.relationship_schema_name)
        self.assertEqual(found.relationship_id, lookup.relationship_id)
        account = rows.create("account", {"name": "Owner of a box"})
        rows.update(
            "new_Box", box["new_boxid"], {f"{found.lookup_schema_name}@odata.bind": f"/accounts({account})"}
        )
        self.assertEqual(rows.retrieve("new_Box", box["new_boxid"])["_new_accountid_value"], account)
        both = ManyToManyRelationshipMetadata("new_box_contact", "new_box", "contact")
        both = tables.create_many_to_many_relationship(both)
        self.assertEqual(tables.get_relationship("new_box_contact").relationship_id, both.relationship_id)
        tables.delete_relationship(both.relationship_id)
        self.assertIsNone(tables.get_relationship("new_box_contact"))

    def test_files_are_uploaded_at_once_and_in_pieces(self):
        box = self.client.records.create("new_Box", {"new_label": "With papers"})
        content = os.urandom(5_000_000)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "papers ü.bin")
            with open(path, "wb") as file:
                file.write(content)
            self.client.files.upload("new_Box", box, "new_Papers", path, mode="small")
            self.client.files.upload("new_Box", box, "new_Papers", path, mode="chunk", if_none_match=False)
        row = self.client.records.retrieve("new_Box", box)
        self.assertEqual(row["new_papers_name"], "papers ü.bin")


class Schema(SdkTestCase):
    credential = staticmethod(application)

    def test_tables_and_columns_are_made_in_a_batch(self):
        batch = self.client.batch.new()
        batch.tables.create("new_Crate", {"new_Weight": "decimal"}, display_name="Crate")
        self.assertFalse(batch.execute().has_errors)
        batch = self.client.batch.new()
        batch.tables.add_columns("new_Crate", {"new_Height": "int", "new_Fragile": "bool"})
        batch.tables.create_lookup_field("new_Crate", "new_AccountId", "account")
        batch.tables.remove_columns("new_Crate", "new_Weight")
        result = batch.execute()
        self.assertFalse(result.has_errors, [answer.error_message for answer in result.failed])
        row = self.client.records.create("new_crate", {"new_name": "One", "new_height": 3, "new_fragile": True})
        self.assertEqual(self.client.records.retrieve("new_crate", row)["new_height"], 3)
        batch = self.client.batch.new()
        batch.tables.delete("new_Crate")
        self.assertFalse(batch.execute().has_errors)
        self.assertIsNone(self.client.tables.get("new_Crate"))


if __name__ == "__main__":
    unittest.main()
