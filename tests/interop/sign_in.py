"""Microsoft's msal: every way to sign in, and what its cache makes of the answers."""

import threading
import unittest
import urllib.parse
import webbrowser
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msal
import requests

from sandbox import AUTHORITY, CLIENT, CONFIDENTIAL, READY, SCOPE, TENANT, USERS, who_am_i


def public(authority=AUTHORITY, client_id=CLIENT, **options):
    return msal.PublicClientApplication(
        client_id, authority=authority, instance_discovery=False, **options
    )


def confidential(credential):
    return msal.ConfidentialClientApplication(
        CONFIDENTIAL["client_id"], credential, authority=AUTHORITY, instance_discovery=False
    )


def by_device(app):
    flow = app.initiate_device_flow([SCOPE])
    return app.acquire_token_by_device_flow(flow)


class Loopback:
    """A native application's listener: takes one answer of the browser."""

    def __enter__(self):
        answers = self.answers = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = urllib.parse.urlsplit(self.path).query
                answers.append(dict(urllib.parse.parse_qsl(query)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Form(HTMLParser):
    """The fields of a page's form, and where it goes."""

    def __init__(self, page):
        super().__init__()
        self.action, self.method, self.fields = None, None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action, self.method = attributes["action"], attributes["method"].upper()
        elif tag == "input" and "name" in attributes:
            self.fields[attributes["name"]] = attributes.get("value", "")


class Browser(webbrowser.BaseBrowser):
    """A browser that submits the form of the page it is sent to, as the page's script does."""

    def open(self, url, new=0, autoraise=True):
        def visit():
            form = Form(requests.get(url, timeout=30).text)
            assert form.method == "POST", form.method
            requests.post(form.action, data=form.fields, timeout=30)

        threading.Thread(target=visit, daemon=True).start()
        return True


class People(unittest.TestCase):
    def assert_signed_in(self, app, result, name, realm=TENANT):
        """The answer is this user's, the cache finds the account, the token works."""
        self.assertIn("access_token", result, result)
        user = USERS[name]
        (account,) = app.get_accounts()
        self.assertEqual(account["username"], user["upn"])
        self.assertEqual(account["home_account_id"], f"{user['oid']}.{TENANT}")
        self.assertEqual(account["local_account_id"], user["oid"])
        self.assertEqual(account["realm"], realm)
        self.assertEqual(app.get_accounts(username=user["upn"]), [account])
        claims = result["id_token_claims"]
        self.assertEqual(claims["preferred_username"], user["upn"])
        self.assertEqual((claims["oid"], claims["tid"]), (user["oid"], TENANT))
        self.assertEqual(claims["aud"], CLIENT)
        self.assertTrue(who_am_i(result["access_token"]))
        return account

    def test_a_device_code(self):
        app = public()
        flow = app.initiate_device_flow([SCOPE])
        self.assertIn(flow["user_code"], flow["message"])
        self.assertIn(flow["verification_uri"], flow["message"])
        result = app.acquire_token_by_device_flow(flow)
        account = self.assert_signed_in(app, result, "anna")
        self.assertIn("device_code", account["account_source"])

    def test_a_browser_that_comes_back_with_a_query(self):
        app = public()
        with Loopback() as loopback:
            flow = app.initiate_auth_code_flow(
                [SCOPE],
                redirect_uri=loopback.address,
                login_hint=USERS["bo"]["upn"],
                response_mode="query",
            )
            self.assertEqual(requests.get(flow["auth_uri"], timeout=30).status_code, 200)
            (answer,) = loopback.answers
        result = app.acquire_token_by_auth_code_flow(flow, answer)
        account = self.assert_signed_in(app, result, "bo")
        self.assertEqual(account["account_source"], "authorization_code")
        again = app.acquire_token_by_auth_code_flow(flow, answer)
        self.assertEqual(again["error"], "invalid_grant", "a code is good once")

    def test_a_code_that_another_program_caught_is_worth_nothing(self):
        app = public()
        with Loopback() as loopback:
            flow = app.initiate_auth_code_flow([SCOPE], redirect_uri=loopback.address)
            requests.get(flow["auth_uri"], timeout=30)
            (answer,) = loopback.answers
        result = app.acquire_token_by_auth_code_flow(dict(flow, code_verifier="x" * 43), answer)
        self.assertEqual(result["error"], "invalid_grant", result)
        self.assertIn(501481, result["error_codes"])

    def test_a_browser_that_posts_a_form(self):
        webbrowser.register("sandbox", None, Browser(), preferred=True)
        app = public()
        result = app.acquire_token_interactive(
            [SCOPE], login_hint=USERS["admin"]["upn"], prompt="select_account", timeout=60
        )
        self.assert_signed_in(app, result, "admin")

    def test_an_alias_finds_the_tenant(self):
        app = public(authority=AUTHORITY.replace(TENANT, "organizations"))
        self.assert_signed_in(app, by_device(app), "anna", realm="organizations")

    def test_silence_takes_the_cached_token_and_refreshes_when_told(self):
        app = public()
        first = by_device(app)
        (account,) = app.get_accounts()
        cached = app.acquire_token_silent([SCOPE], account)
        self.assertEqual(cached["token_source"], "cache")
        self.assertEqual(cached["access_token"], first["access_token"])
        before = self.refresh_token(app)
        fresh = app.acquire_token_silent([SCOPE], account, force_refresh=True)
        self.assertEqual(fresh["token_source"], "identity_provider", fresh)
        self.assertNotEqual(fresh["access_token"], first["access_token"])
        self.assertNotEqual(self.refresh_token(app), before)
        self.assert_signed_in(app, dict(fresh, id_token_claims=first["id_token_claims"]), "anna")

    def test_a_cache_that_was_written_down_signs_in_again(self):
        app = public(token_cache=msal.SerializableTokenCache())
        by_device(app)
        kept = msal.SerializableTokenCache()
        kept.deserialize(app.token_cache.serialize())
        later = public(token_cache=kept)
        (account,) = later.get_accounts(username=USERS["anna"]["upn"])
        result = later.acquire_token_silent([SCOPE], account, force_refresh=True)
        self.assertIn("access_token", result, result)

    def test_a_refresh_token_gets_other_scopes_of_the_same_resource(self):
        app = public()
        by_device(app)
        scope = SCOPE.replace(".default", "user_impersonation")
        result = app.acquire_token_by_refresh_token(self.refresh_token(app), [scope])
        self.assertIn("access_token", result, result)
        self.assertTrue(who_am_i(result["access_token"]))

    def test_refusals_carry_their_numbers(self):
        by_code = [("65001", 65001), ("650057", 650057), ("700016", 700016)]
        for name, number in by_code:
            with self.subTest(name):
                result = by_device_or_error(public(client_id=READY["clients"][name]))
                self.assertIn(number, result.get("error_codes", []), result)
        with Loopback() as loopback:
            app = public()
            flow = app.initiate_auth_code_flow(
                [SCOPE], redirect_uri=loopback.address, login_hint=USERS["blocked"]["upn"]
            )
            requests.get(flow["auth_uri"], timeout=30)
            (answer,) = loopback.answers
        result = app.acquire_token_by_auth_code_flow(flow, answer)
        self.assertIn("AADSTS53003", result["error_description"])
        self.assertEqual(app.get_accounts(), [])

    def refresh_token(self, app):
        kind = msal.TokenCache.CredentialType.REFRESH_TOKEN
        (token,) = app.token_cache.search(kind)
        return token["secret"]


def by_device_or_error(app):
    flow = app.initiate_device_flow([SCOPE])
    return app.acquire_token_by_device_flow(flow) if "device_code" in flow else flow


class Applications(unittest.TestCase):
    def assert_signed_in(self, app, result):
        self.assertIn("access_token", result, result)
        self.assertNotIn("refresh_token", result)
        self.assertEqual(app.get_accounts(), [], "an application is no account")
        self.assertTrue(who_am_i(result["access_token"]))
        cached = app.acquire_token_for_client([SCOPE])
        self.assertEqual(cached["token_source"], "cache")
        self.assertEqual(cached["access_token"], result["access_token"])

    def test_a_secret(self):
        app = confidential(CONFIDENTIAL["client_secret"])
        self.assert_signed_in(app, app.acquire_token_for_client([SCOPE]))

    def test_a_wrong_secret(self):
        result = confidential("not-the-secret").acquire_token_for_client([SCOPE])
        self.assertEqual(result["error"], "invalid_client", result)
        self.assertIn(7000215, result["error_codes"])

    def test_a_certificate(self):
        key = Path(CONFIDENTIAL["private_key"]).read_text()
        certificate = Path(CONFIDENTIAL["certificate"]).read_text()
        app = confidential({"private_key": key, "public_certificate": certificate})
        self.assert_signed_in(app, app.acquire_token_for_client([SCOPE]))

    def test_a_certificate_by_its_old_thumbprint(self):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        key = Path(CONFIDENTIAL["private_key"]).read_text()
        certificate = x509.load_pem_x509_certificate(Path(CONFIDENTIAL["certificate"]).read_bytes())
        thumbprint = certificate.fingerprint(hashes.SHA1()).hex()
        app = confidential({"private_key": key, "thumbprint": thumbprint})
        self.assert_signed_in(app, app.acquire_token_for_client([SCOPE]))

    def test_a_key_that_is_not_the_certificates(self):
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        certificate = Path(CONFIDENTIAL["certificate"]).read_text()
        app = confidential({"private_key": pem, "public_certificate": certificate})
        result = app.acquire_token_for_client([SCOPE])
        self.assertEqual(result["error"], "invalid_client", result)
        self.assertIn(700027, result["error_codes"])


if __name__ == "__main__":
    unittest.main()
