#!/usr/bin/env python3
"""The smallest node: answers `init` and `echo`, from the protocol document alone.

    dsx test --workload echo --bin examples/echo.py --node-count 1
"""
import json
import sys


def main():
    node_id = None
    next_id = 0
    for line in sys.stdin:
        request = json.loads(line)
        body = request["body"]
        if body["type"] == "init":
            node_id = body["node_id"]
            answer = {"type": "init_ok"}
        elif body["type"] == "echo":
            answer = {"type": "echo_ok", "echo": body["echo"]}
        else:
            answer = {"type": "error", "code": 10, "text": "not supported: " + body["type"]}
        next_id += 1
        answer["msg_id"] = next_id
        answer["in_reply_to"] = body["msg_id"]
        print(json.dumps({"src": node_id, "dest": request["src"], "body": answer}), flush=True)


if __name__ == "__main__":
    main()
