#!/usr/bin/env python3
"""A key-value node that keeps nothing itself: every request goes on to the `lin-kv` service.

It is as linearizable as that service is.

    dsx test --workload lin-kv --bin examples/kv.py --nemesis partition

With the argument `--cache` it answers reads from what it saw last, and is caught:

    dsx test --workload lin-kv --bin examples/kv.py -- --cache
"""
import json
import sys


class Node:
    def __init__(self, caches):
        self.id = None
        self.next_id = 0
        self.waiting = {}  # msg_id of our request to the service -> the client's request
        self.cache = {} if caches else None

    def send(self, dest, body):
        print(json.dumps({"src": self.id, "dest": dest, "body": body}), flush=True)

    def request_id(self):
        self.next_id += 1
        return self.next_id

    def handle(self, message):
        body = message["body"]
        if "in_reply_to" in body:
            self.from_service(body)
        elif body["type"] == "init":
            self.id = body["node_id"]
            self.send(message["src"], {"type": "init_ok", "in_reply_to": body["msg_id"]})
        elif body["type"] in ("read", "write", "cas"):
            self.from_client(message)
        else:
            self.send(message["src"], {
                "type": "error", "in_reply_to": body["msg_id"], "code": 10,
                "text": "not supported: " + body["type"]})

    def from_client(self, message):
        body = dict(message["body"])
        key = json.dumps(body["key"])
        if self.cache is not None and body["type"] == "read" and key in self.cache:
            self.send(message["src"], {
                "type": "read_ok", "in_reply_to": body["msg_id"], "value": self.cache[key]})
            return
        body["msg_id"] = self.request_id()
        self.waiting[body["msg_id"]] = message
        self.send("lin-kv", body)

    def from_service(self, body):
        message = self.waiting.pop(body["in_reply_to"], None)
        if message is None:
            return
        asked = message["body"]
        if self.cache is not None and body["type"] == "read_ok":
            self.cache[json.dumps(asked["key"])] = body["value"]
        answer = dict(body)
        answer["in_reply_to"] = asked["msg_id"]
        answer.pop("msg_id", None)
        self.send(message["src"], answer)


def main():
    node = Node("--cache" in sys.argv[1:])
    for line in sys.stdin:
        node.handle(json.loads(line))


if __name__ == "__main__":
    main()
