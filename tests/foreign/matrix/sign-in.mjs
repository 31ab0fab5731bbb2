// A person of the demo organisation in matrix-js-sdk: password, our gateway's token, a device with keys.

import { ClientEvent, createClient, EventType, MatrixEventEvent, MemoryStore, RoomEvent, SyncState } from "matrix-js-sdk";
import { stack } from "./stack.mjs";

const nothing = () => {};
const logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, getChild: () => logger };

/** The gateway's login token for Matrix. */
async function loginToken(person) {
  const headers = { "content-type": "application/json", "x-appwrite-project": stack.appwrite.project };
  const post = async (url, more, body) => {
    const answer = await fetch(url, { method: "POST", headers: { ...headers, ...more }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const { email, password } = person;
  const session = await post(`${stack.appwrite.endpoint}/account/sessions/email`, {}, { email, password });
  const cookies = { "x-fallback-cookies": session.headers.get("x-fallback-cookies") };
  const { jwt } = await (await post(`${stack.appwrite.endpoint}/account/jwts`, cookies, {})).json();
  return (await post(`${stack.server}/telestack/v1/matrix/login`, { authorization: `Bearer ${jwt}` }, {})).json();
}

/** A client that syncs and can encrypt. */
export async function signIn(userId) {
  const person = stack.people.find((known) => known.userId === userId);
  const { token, homeserver } = await loginToken(person);
  const login = await createClient({ baseUrl: homeserver, logger }).loginRequest({
    type: "org.matrix.login.jwt", token, initial_device_display_name: "Foreign client",
  });
  const client = createClient({
    baseUrl: homeserver,
    accessToken: login.access_token,
    userId: login.user_id,
    deviceId: login.device_id,
    store: new MemoryStore(),
    logger,
  });
  await client.initRustCrypto({ useIndexedDB: false });
  client.getCrypto().globalBlacklistUnverifiedDevices = false;
  await client.startClient({ initialSyncLimit: 20 });
  await new Promise((resolve) => {
    const look = (state) => {
      if (state !== SyncState.Prepared && state !== SyncState.Syncing) return;
      client.off(ClientEvent.Sync, look);
      resolve();
    };
    client.on(ClientEvent.Sync, look);
  });
  return client;
}

/** Ends the session, so that no device of a test stays in the account. */
export async function signOut(client) {
  client.stopClient();
  await client.logout(true).catch(() => {});
}

/** The demo room with this name. */
export function roomNamed(client, name) {
  const room = client.getRooms().find((known) => known.name === name);
  if (!room) throw new Error(`there is no room ${name}`);
  return room;
}

/** The readable texts that arrive in a room from now on. */
export function textsOf(client, roomId) {
  const seen = [];
  const take = (event) => {
    if (event.getRoomId() === roomId && event.getType() === EventType.RoomMessage) seen.push(event.getContent().body);
  };
  client.on(RoomEvent.Timeline, take);
  client.on(MatrixEventEvent.Decrypted, take);
  return seen;
}
