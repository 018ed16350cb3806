import json
from pathlib import Path

from kiosk import catalog
from kiosk.hotels import messages_for, read_hotels

catalog.CATALOGS = Path("catalogs")
catalog.CATALOGS.mkdir()
for language, messages in {"en": {"hello": "Welcome", "bye": "Goodbye"}, "de": {"hello": "Willkommen"}}.items():
    (catalog.CATALOGS / f"{language}.json").write_text(json.dumps(messages), encoding="utf-8")

folder = Path("hotels")
folder.mkdir()
(folder / "alp.toml").write_text('name = "Alp"\nlanguages = ["de", "en"]\n[wording.de]\nhello = "Grüß Gott"\n', "utf-8")
(folder / "bay.toml").write_text('name = "Bay"\nlanguages = ["en", "de"]\n', "utf-8")
hotels = read_hotels(folder)

assert messages_for(hotels["bay"], "de") == {"hello": "Willkommen", "bye": "Goodbye"}
assert messages_for(hotels["alp"], "fr")["hello"] == "Grüß Gott"
assert messages_for(hotels["alp"], "en")["hello"] == "Welcome"
after = messages_for(hotels["bay"], "de")["hello"]
assert after == "Willkommen", f"the other hotel's guests are told {after}"
