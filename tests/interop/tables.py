"""Microsoft's SDK for Python: what tables and columns there are, and what links them."""

import unittest
import uuid

from PowerPlatform.Dataverse.core.errors import MetadataError

from sandbox import SdkTestCase


class Tables(SdkTestCase):
    def test_one_is_found_by_any_spelling(self):
        table = self.client.tables.get("Account")
        self.assertEqual((table.schema_name, table.logical_name), ("Account", "account"))
        self.assertEqual((table.entity_set_name, table.primary_id_attribute), ("accounts", "accountid"))
        self.assertEqual(table.primary_name_attribute, "name")
        self.assertEqual(str(uuid.UUID(table.metadata_id)), table.metadata_id)
        self.assertIsNone(self.client.tables.get("nosuchtable"))
        with self.assertRaises(MetadataError):
            self.client.records.list("nosuchtable")

    def test_the_list_is_that_of_a_real_environment(self):
        tables = self.client.tables.list()
        self.assertGreater(len(tables), 700)
        named = {table["LogicalName"]: table for table in tables}
        self.assertEqual(named["incident"]["DisplayName"]["UserLocalizedLabel"]["Label"], "Case")
        few = self.client.tables.list(
            filter="IsCustomEntity eq false and SchemaName eq 'Incident'", select=["LogicalName", "SchemaName"]
        )
        self.assertEqual([table["LogicalName"] for table in few], ["incident"])
        self.assertNotIn("EntitySetName", few[0])
        owned = "OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'OrganizationOwned'"
        owned = self.client.tables.list(filter=owned, select=["LogicalName", "OwnershipType"])
        self.assertEqual({table["OwnershipType"] for table in owned}, {"OrganizationOwned"})

    def test_columns(self):
        tables = self.client.tables
        columns = {column["LogicalName"]: column for column in tables.list_columns("incident")}
        self.assertEqual(columns["title"]["@odata.type"], "#Microsoft.Dynamics.CRM.StringAttributeMetadata")
        self.assertEqual(columns["title"]["MaxLength"], 200)
        self.assertEqual(columns["customerid"]["AttributeType"], "Customer")
        self.assertEqual(set(columns["customerid"]["Targets"]), {"account", "contact"})

        text = tables.list_columns("incident", filter="AttributeType eq 'String'", select=["LogicalName", "AttributeType"])
        self.assertEqual({column["AttributeType"] for column in text}, {"String"})
        qualified = "AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'String'"
        self.assertEqual(tables.list_columns("incident", filter=qualified, select=["LogicalName", "AttributeType"]), text)

        self.assertEqual(tables.get_column("incident", "Title", select=["SchemaName"])["SchemaName"], "Title")
        self.assertIsNone(tables.get_column("incident", "nosuchcolumn"))

        found = {column["name"]: column for column in self.client.query.sql_columns("incident")}
        self.assertTrue(found["incidentid"]["is_pk"])
        self.assertTrue(found["title"]["is_name"])
        self.assertEqual(found["prioritycode"], {
            "name": "prioritycode", "type": "Picklist", "is_pk": False, "is_name": False, "label": "Priority",
        })
        self.assertNotIn("prioritycodename", found)

    def test_typed_columns_come_in_one_request(self):
        tables = self.client.tables
        title = tables.get_column("incident", "title", typed=True)
        self.assertEqual((title["MaxLength"], title["FormatName"]["Value"]), (200, "Text"))
        self.assertEqual(title["RequiredLevel"]["Value"], "ApplicationRequired")
        columns = {column["LogicalName"]: column for column in tables.list_columns("account", typed=True)}
        self.assertEqual(columns["numberofemployees"]["MaxValue"], 1_000_000_000)
        self.assertEqual(columns["revenue"]["AttributeTypeName"]["Value"], "MoneyType")
        self.assertIsNone(tables.get_column("incident", "nosuchcolumn", typed=True))
        with self.assertRaises(MetadataError):
            tables.list_columns("nosuchtable", typed=True)

    def test_relationships(self):
        tables = self.client.tables
        found = tables.get_relationship("incident_customer_accounts")
        self.assertEqual(found.relationship_type, "one_to_many")
        self.assertEqual((found.referenced_entity, found.referencing_entity), ("account", "incident"))
        self.assertEqual(found.lookup_schema_name, "customerid_account")
        self.assertIsNone(tables.get_relationship("no_such_relationship"))
        found = tables.get_relationship("systemuserroles_association")
        self.assertEqual(found.relationship_type, "many_to_many")
        self.assertEqual({found.entity1_logical_name, found.entity2_logical_name}, {"systemuser", "role"})
        kind = "RelationshipType eq Microsoft.Dynamics.CRM.RelationshipType'ManyToManyRelationship'"
        names = {relationship["SchemaName"] for relationship in tables.list_relationships(filter=kind)}
        self.assertIn("systemuserroles_association", names)
        self.assertNotIn("incident_customer_accounts", names)
        ways = {way["nav_property"]: way for way in self.client.query.odata_expands("incident")}
        self.assertEqual(ways["customerid_contact"]["target_entity_set"], "contacts")

    def test_alternate_keys(self):
        keys = {key.schema_name: key for key in self.client.tables.get_alternate_keys("account")}
        key = keys["AccountNumberKey"]
        self.assertEqual((key.key_attributes, key.status), (["accountnumber"], "Active"))


if __name__ == "__main__":
    unittest.main()
