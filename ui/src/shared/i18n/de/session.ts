/** German texts of the screens before the areas. */
import type { session as english } from '../en/session'

export const session: Record<keyof typeof english, string> = {
  'session.language': 'Sprache',
  'session.signInTo': 'Eine Anmeldung für Chat, Anrufe und Dateien von {name}.',
  'session.signingInTitle': 'Einen Augenblick',
  'session.serverExample': 'ihre-organisation.example',
  'session.serverFound': 'Gefunden',
  'session.noAccount': 'Noch kein Konto? Wer den Server betreibt, richtet eines ein.',
  'session.show': 'Eingabe zeigen',
  'session.hide': 'Eingabe verbergen',
  'session.capsLock': 'Die Feststelltaste ist an.',
  'session.partAccount': 'Konto',
  'session.partComputer': 'Dieser Computer',
  'session.partChat': 'Nachrichten und Schlüssel',
  'session.stateDone': 'fertig',
  'session.stateNow': 'läuft',
  'session.stateLater': 'folgt',
  'session.tryAgain': 'Erneut versuchen',
  'session.passphraseHint': 'Vier Wörter, die nicht zusammengehören, merkt man sich leicht und errät sie schwer.',
  'session.damagedKeeps': 'Alles auf dem Server ist unversehrt.',
  'session.damagedLoses': 'Für alte verschlüsselte Nachrichten wird vielleicht Ihr Wiederherstellungsschlüssel gebraucht.',
  'session.rebuilding': 'Wird neu geholt',
  'session.artAsks': 'Das Echo sieht ruhig aus. Sagen wir es ihr um zehn zusammen?',
  'session.artAnswers': 'Ja, ich bin da.',
  'session.artFile': 'Echo 23. November.pdf',
  'session.artPlace': 'Klinikdokumente · verschlüsselt',
}
