"""A small REST service in a process of its own, with faults to order.

usage: python http_source.py SCENARIO LOG, where SCENARIO is a JSON file:
{"answers": {path: document}, "lists": {path: {"field", "items", "style"}}, "token": bool,
 "faults": [{"path", "nth", "fault"}], "later": {path: {nth: document}}}. From its nth request on a
path answers with the later document. Every request is a line of LOG. The port is printed.
"""

import json
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SCENARIO: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
LOG = Path(sys.argv[2])
SEEN: Counter[str] = Counter()
TOKENS = {"valid": 0}


class Source(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Quiet."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.log("POST")
        TOKENS["valid"] += 1
        self.answer(200, json.dumps({"access_token": f"t{TOKENS['valid']}"}).encode())

    def log(self, method: str) -> None:
        with LOG.open("a", encoding="utf-8") as stream:
            stream.write(f"{method} {self.path}\n")

    def do_GET(self) -> None:
        self.log("GET")
        address = urlsplit(self.path)
        SEEN[address.path] += 1
        fault = next(
            (
                f["fault"]
                for f in SCENARIO.get("faults", [])
                if f["path"] == address.path and f["nth"] == SEEN[address.path]
            ),
            None,
        )
        if self.is_stopped_by(fault):
            return
        query = {k: v[0] for k, v in parse_qs(address.query).items()}
        body, headers = self.document(address.path, query)
        if body is None:
            self.answer(404)
        elif fault == "truncated":
            self.answer(200, body[: len(body) // 2], **headers)
        else:
            self.answer(200, body, **headers)

    def is_stopped_by(self, fault: str | None) -> bool:
        if fault == "expire":
            TOKENS["valid"] += 1
        if SCENARIO.get("token"):
            given = self.headers.get("Authorization")
            if given != f"Bearer t{TOKENS['valid']}":
                self.answer(401)
                return True
        if fault == "500":
            self.answer(500)
        elif fault == "429":
            self.answer(429, Retry_After="7")
        elif fault in ("timeout", "hang"):
            time.sleep(1.5 if fault == "timeout" else 60)
            self.close_connection = True
        elif fault == "shift":
            # A row that was read already moves to a later page with other content.
            items = SCENARIO["lists"][urlsplit(self.path).path]["items"]
            items.append({**items.pop(0), "changed": True})
            return False
        else:
            return False
        return True

    def document(self, path: str, query: dict[str, str]) -> tuple[bytes | None, dict[str, str]]:
        if path in SCENARIO.get("raw", {}):
            return SCENARIO["raw"][path].encode(), {}
        if path in SCENARIO.get("answers", {}):
            later = SCENARIO.get("later", {}).get(path, {})
            reached = [document for nth, document in later.items() if int(nth) <= SEEN[path]]
            found = reached[-1] if reached else SCENARIO["answers"][path]
            return json.dumps(found).encode(), {}
        found = SCENARIO.get("lists", {}).get(path)
        if found is None:
            return None, {}
        items = found["items"]
        if "changedSince" in query:
            items = [i for i in items if i["changedAt"] > query["changedSince"]]
        names = SCENARIO.get("parameters", {})
        query |= {ours: query[theirs] for ours, theirs in names.items() if theirs in query}
        size = int(query.get("size", 2))
        style = found["style"]
        start = int(query.get("place", 0)) * (size if style == "page" else 1)
        page, following = items[start : start + size], start + size
        is_last = following >= len(items)
        content: dict[str, Any] = {found["field"]: page}
        headers: dict[str, str] = {}
        if style == "cursor" and not is_last:
            content["nextCursor"] = str(following)
        if style == "link" and not is_last:
            headers["Link"] = f'<{path}?place={following}&size={size}>; rel="next"'
        return json.dumps(content).encode(), headers


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
