"""The sandbox that a test program was pointed at, and ways to sign in to it."""

import faulthandler
import json
import os
import unittest

import requests
from azure.identity import ClientSecretCredential, DeviceCodeCredential
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.config import DataverseConfig

# A program that hangs says where.
faulthandler.dump_traceback_later(240, exit=True)

READY = json.loads(os.environ["SANDBOX_READY"])
URL = READY["url"]
AUTHORITY = READY["authority"]
TENANT = READY["tenant"]
CLIENT = READY["client_id"]
CONFIDENTIAL = READY["confidential"]
USERS = {user["name"]: user for user in READY["users"]}
SCOPE = f"{URL}/.default"

# The client gives up after ten seconds by itself, which a debug build on a busy machine may need.
CONFIG = DataverseConfig(http_timeout=120)

_ENTRA = AUTHORITY.removesuffix(f"/{TENANT}")


def anna():
    """A case worker, as whom the sandbox approves a device sign-in by itself."""
    return DeviceCodeCredential(
        client_id=CLIENT,
        authority=_ENTRA,
        tenant_id=TENANT,
        disable_instance_discovery=True,
        prompt_callback=lambda *_: None,
    )


def application():
    """The application user, a system administrator."""
    return ClientSecretCredential(
        TENANT,
        CONFIDENTIAL["client_id"],
        CONFIDENTIAL["client_secret"],
        authority=_ENTRA,
        disable_instance_discovery=True,
    )


def who_am_i(token):
    """The id of the user that a token stands for."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{URL}/api/data/v9.2/WhoAmI", headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()["UserId"]


class SdkTestCase(unittest.TestCase):
    maxDiff = None
    """Tests with a client of Microsoft's SDK, one for the whole class."""

    credential = staticmethod(anna)

    @classmethod
    def setUpClass(cls):
        cls.client = DataverseClient(URL, cls.credential(), CONFIG).__enter__()
        cls.addClassCleanup(cls.client.close)
