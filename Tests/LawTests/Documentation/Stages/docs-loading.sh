sessionizer create --target sqlite:web.db
printf '{"anonymousId":"u","timestamp":"2026-03-01 10:00:00","type":"page","properties":{"path":"/a"}}\n' >events.jsonl
