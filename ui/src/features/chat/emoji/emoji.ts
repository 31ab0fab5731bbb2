/** A small set of emoji with the words people look for, English then German. No network. */

export type Emoji = { sign: string; words: string }
export type Group = 'faces' | 'hands' | 'nature' | 'things' | 'signs'

const FACES = `
😀 grin happy smile|grinsen fröhlich lachen
😄 laugh happy smile|lachen fröhlich
😁 beam grin|strahlen grinsen
😆 laugh squint|lachen
😅 sweat relief laugh|schwitzen puh lachen
😂 tears joy laugh lol|freudentränen lachen
🤣 rofl rolling laugh|kugeln lachen
🙂 slight smile|leicht lächeln
🙃 upside down|kopfüber
😉 wink|zwinkern
😊 blush smile warm|rot lächeln warm
😇 halo angel|engel heilig
🥰 love hearts adore|verliebt herzen
😍 heart eyes love|herzaugen verliebt
😘 kiss|kuss
😋 yum tasty|lecker
😜 tongue wink|zunge frech
🤪 zany crazy|verrückt
🤗 hug|umarmen
🤭 oops giggle|ups kichern
🤫 quiet shush|leise psst
🤔 think hmm wonder|denken hmm überlegen
🤨 eyebrow doubt|zweifel augenbraue
😐 neutral|neutral
😑 blank|ausdruckslos
😶 silent no mouth|sprachlos stumm
🙄 roll eyes|augen rollen
😏 smirk|schmunzeln
😬 grimace awkward|grimasse peinlich
😌 relieved calm|erleichtert ruhig
😔 sad pensive|traurig nachdenklich
😴 sleep tired|schlafen müde
🤒 ill fever|krank fieber
🤕 hurt bandage|verletzt verband
🤧 sneeze cold|niesen erkältet
🥳 party celebrate|feiern party
😎 cool sunglasses|cool sonnenbrille
🤓 nerd|nerd streber
😕 confused|verwirrt
😟 worried|besorgt
😮 wow surprised|überrascht oh
😲 astonished|erstaunt
😳 flushed|verlegen
🥺 please pleading|bitte flehen
😢 cry sad|weinen traurig
😭 sob cry|heulen weinen
😱 scream fear|schreien angst
😤 huff|schnauben
😠 angry|wütend
🤯 mind blown|umgehauen
🥵 hot|heiß
🥶 cold freezing|kalt frieren
😵 dizzy|schwindlig
🤖 robot|roboter
👻 ghost|gespenst
💀 skull dead|totenkopf`

const HANDS = `
👍 thumbs up yes good ok|daumen hoch ja gut
👎 thumbs down no bad|daumen runter nein
👏 clap applause bravo|klatschen applaus bravo
🙌 hands hooray|hände hurra
🙏 thanks please pray|danke bitte beten
🤝 handshake deal|handschlag abgemacht
👋 wave hello bye|winken hallo tschüss
✋ stop hand|halt hand
👌 ok perfect|ok perfekt
🤞 fingers crossed luck|daumen drücken glück
✌️ victory peace|frieden sieg
🤙 call me|ruf an
💪 strong muscle|stark muskel
👉 right point|rechts zeigen
👈 left point|links zeigen
👆 up point|oben zeigen
👇 down point|unten zeigen
✍️ write|schreiben
👀 eyes look|augen schauen
🫡 salute yes sir|salutieren
🤷 shrug whatever|schulterzucken egal
🤦 facepalm|kopfschütteln oje
🙋 raise hand|melden hand heben
💁 info|auskunft
🙇 bow sorry|verbeugen entschuldigung
🏃 run hurry|rennen eilen
🚶 walk|gehen
🧑‍⚕️ doctor nurse health|arzt ärztin pflege
🧑‍💻 computer code|computer programmieren
🧑‍🔬 science|wissenschaft labor
👶 baby|baby
🧓 old|alt
👥 people team|leute team
🫶 heart hands love|herz hände`

const NATURE = `
🐶 dog|hund
🐱 cat|katze
🐻 bear|bär
🦊 fox|fuchs
🐼 panda|panda
🐸 frog|frosch
🐢 turtle slow|schildkröte langsam
🐝 bee|biene
🦋 butterfly|schmetterling
🦄 unicorn|einhorn
🐛 bug worm|käfer raupe fehler
🌱 plant grow|pflanze wachsen
🌳 tree|baum
🌻 sunflower|sonnenblume
🌹 rose flower|rose blume
🍀 luck clover|glück kleeblatt
☀️ sun|sonne
🌧️ rain|regen
❄️ snow cold|schnee kalt
🌈 rainbow|regenbogen
🔥 fire hot great|feuer heiß super
🌊 wave sea|welle meer
🍎 apple|apfel
🍌 banana|banane
🍓 strawberry|erdbeere
🥐 breakfast croissant|frühstück hörnchen
🍞 bread|brot
🧀 cheese|käse
🍕 pizza|pizza
🍔 burger|burger
🥗 salad|salat
🍰 cake|kuchen torte
🍪 cookie|keks
🍫 chocolate|schokolade
☕ coffee|kaffee
🍵 tea|tee
🍺 beer|bier
🍷 wine|wein
🥂 cheers toast|prost anstoßen`

const THINGS = `
🎉 party tada celebrate|feier konfetti
🎂 birthday cake|geburtstag kuchen
🎁 gift present|geschenk
🎈 balloon|ballon
🏆 trophy win|pokal gewinnen
🥇 first gold medal|erste gold medaille
⚽ football|fußball
🎵 music|musik
🎮 game|spiel
🎯 target goal|ziel treffer
🚀 rocket launch ship|rakete start
🚗 car|auto
🚲 bicycle|fahrrad
🚆 train|zug
✈️ plane travel|flugzeug reise
🏠 home house|zuhause haus
🏥 hospital clinic|krankenhaus klinik
🏖️ beach holiday|strand urlaub
📱 phone|handy telefon
💻 laptop computer|laptop computer
⌨️ keyboard|tastatur
📷 camera picture|kamera bild
🎥 video film|video film
📞 call phone|anruf telefon
🔔 bell|glocke
📅 calendar date|kalender termin
⏰ alarm clock time|wecker uhr zeit
⏳ wait hourglass|warten sanduhr
📌 pin|nadel anheften
📎 clip attach|klammer anhang
📝 note write|notiz schreiben
📄 page document|seite dokument
📦 package box|paket kiste
📊 chart|diagramm
📈 up growth|steigend wachstum
📉 down|fallend
🔍 search|suche lupe
🔑 key|schlüssel
🔒 lock secure|schloss sicher
🔧 tool fix|werkzeug reparieren
💡 idea light|idee licht
💊 medicine pill|medizin tablette
🩺 stethoscope doctor|stethoskop arzt
💉 syringe vaccine|spritze impfung
🩹 plaster|pflaster
🧪 test lab|test labor
💰 money|geld`

const SIGNS = `
❤️ heart love red|herz liebe rot
🧡 orange heart|oranges herz
💛 yellow heart|gelbes herz
💚 green heart|grünes herz
💙 blue heart|blaues herz
💜 purple heart|lila herz
🖤 black heart|schwarzes herz
💔 broken heart|gebrochenes herz
✅ done check yes|erledigt haken ja
☑️ checked|abgehakt
✔️ check|haken
❌ no cross wrong|nein kreuz falsch
❗ important exclamation|wichtig ausrufezeichen
❓ question|frage
⚠️ warning|warnung
⛔ stop no entry|stopp verboten
💯 hundred perfect|hundert perfekt
➕ plus|plus
➖ minus|minus
🔁 repeat|wiederholen
⭐ star|stern
✨ sparkles new|glitzer neu
💤 sleep|schlaf
💬 speech|sprechblase
🆗 ok|ok
🆕 new|neu
🔴 red|rot
🟡 yellow|gelb
🟢 green|grün
🔵 blue|blau
⬆️ up|hoch
⬇️ down|runter
🏁 finish|ziel
🏳️‍🌈 rainbow flag pride|regenbogenflagge`

export const groups: Record<Group, Emoji[]> = { faces: read(FACES), hands: read(HANDS), nature: read(NATURE), things: read(THINGS), signs: read(SIGNS) }

function read(text: string): Emoji[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const space = line.indexOf(' ')
      return { sign: line.slice(0, space), words: line.slice(space + 1).replace('|', ' ') }
    })
}

/** Every word that is typed begins a word of the emoji. Those of one's own language need not come first: signs are few. */
export function search(query: string): Emoji[] {
  const wanted = fold(query).split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return []
  return Object.values(groups)
    .flat()
    .filter((emoji) => {
      const words = fold(emoji.words).split(' ')
      return wanted.every((each) => words.some((word) => word.startsWith(each)))
    })
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
