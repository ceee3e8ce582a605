# A job file with the targets of the page, and what a web server has written.
cat >sessionizer.yml <<'END'
targets:
  prod: sqlite:prod.db
  old: sqlite:prod.db
  new: sqlite:new.db
END
mkdir spool node_exporter
printf '{"event_id":"1","user_id":"u","page_view_at":"%s","page":"/"}\n' "$(date -u -d '1 hour ago' +%FT%TZ)" | gzip >spool/1.jsonl.gz
sessionizer create --target prod
