"""The cache: JSON under a key, for five minutes."""
import json
import os

import redis

client = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def get(key: str):
    value = client.get(key)
    return json.loads(value) if value else None


def put(key: str, value: dict, expire: int = 300) -> None:
    client.setex(key, expire, json.dumps(value, default=str))


def forget(key: str) -> None:
    client.delete(key)
