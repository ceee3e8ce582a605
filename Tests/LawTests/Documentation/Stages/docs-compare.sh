# Databases under the names of a job file, and a dialect of one's own.
printf 'targets:\n  old: sqlite:old.db\n  new: sqlite:new.db\n  prod: sqlite:prod.db\n' >sessionizer.yml
sessionizer create --target sqlite:web.db
sessionizer load docs/five.csv --target sqlite:web.db
for name in old new prod; do
  sessionizer create --target "$name"
  sessionizer load docs/five.csv --target "$name"
  sessionizer run --target "$name"
done
sessionizer dialect new mine --out mine.yaml
