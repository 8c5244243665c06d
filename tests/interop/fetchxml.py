"""Microsoft's SDK for Python: FetchXML, with the paging of its own."""

import unittest
import warnings

from sandbox import SdkTestCase

# The SDK warns when it falls back from cookies to page numbers: that is a failure here.
warnings.simplefilter("error", UserWarning)


class Fetch(SdkTestCase):
    def fetch(self, xml):
        return self.client.query.fetchxml(xml)

    def test_cookies_lead_through_all_pages(self):
        for order in ['<order attribute="title"/>', '<order attribute="createdon" descending="true"/>', ""]:
            with self.subTest(order):
                xml = f"""
                    <fetch count="70"><entity name="incident">
                      <attribute name="title"/><attribute name="incidentid"/>{order}
                    </entity></fetch>"""
                pages = [len(page) for page in self.fetch(xml).execute_pages()]
                self.assertEqual(pages, [70, 70, 70, 70, 20])
                rows = self.fetch(xml).execute()
                self.assertEqual(len({row["incidentid"] for row in rows}), 300)
                if "title" in order:
                    titles = [row["title"].casefold() for row in rows]
                    self.assertEqual(titles, sorted(titles))

    def test_without_a_count_everything_comes(self):
        xml = '<fetch><entity name="incident"><attribute name="title"/></entity></fetch>'
        self.assertEqual(len(self.fetch(xml).execute()), 300)
        xml = xml.replace("<fetch>", '<fetch top="9">')
        self.assertEqual(len(self.fetch(xml).execute()), 9)

    def test_conditions_and_links(self):
        xml = """
            <fetch><entity name="incident">
              <attribute name="title"/><attribute name="prioritycode"/>
              <filter type="and">
                <condition attribute="statecode" operator="eq" value="0"/>
                <filter type="or">
                  <condition attribute="prioritycode" operator="in"><value>1</value><value>3</value></condition>
                  <condition attribute="title" operator="like" value="%printer%"/>
                </filter>
              </filter>
              <link-entity name="account" from="accountid" to="customerid" alias="customer" link-type="inner">
                <attribute name="name"/>
              </link-entity>
            </entity></fetch>"""
        rows = self.fetch(xml).execute()
        self.assertGreater(len(rows), 0)
        cases = self.client.records.list(
            "incident",
            filter="statecode eq 0 and customerid_account/accountid ne null"
            " and (prioritycode eq 1 or prioritycode eq 3 or contains(title,'printer'))",
            select=["title"],
            expand=["customerid_account($select=name)"],
        )
        expected = {case["incidentid"]: case["customerid_account"]["name"] for case in cases}
        self.assertEqual({row["incidentid"]: row["customer.name"] for row in rows}, expected)

    def test_aggregates(self):
        xml = """
            <fetch aggregate="true"><entity name="incident">
              <attribute name="incidentid" aggregate="count" alias="cases"/>
              <attribute name="prioritycode" groupby="true" alias="priority"/>
              <attribute name="createdon" aggregate="max" alias="last"/>
              <order alias="priority"/>
            </entity></fetch>"""
        rows = self.fetch(xml).execute()
        self.assertEqual(sum(row["cases"] for row in rows), 300)
        for row in rows:
            chosen = self.client.records.list(
                "incident", filter=f"prioritycode eq {row['priority']}", select=["createdon"]
            )
            self.assertEqual(row["cases"], len(chosen))
            self.assertEqual(row["last"], max(case["createdon"] for case in chosen))


if __name__ == "__main__":
    unittest.main()
