// What Element Web is for Element Call: the other side of the widget API, on matrix-js-sdk. The widget runs in a page
// of Chromium, this side runs here; messages travel over the debugging connection.

import { createRequire } from "node:module";
import { ClientEvent, EventTimeline, MatrixEventEvent, Method, RoomEvent, RoomStateEvent } from "matrix-js-sdk";
import { until } from "./stack.mjs";

// The widget API listens on a window; here messages come from elsewhere.
const listeners = new Set();
globalThis.addEventListener ??= (kind, listener) => kind === "message" && listeners.add(listener);
globalThis.removeEventListener ??= (kind, listener) => kind === "message" && listeners.delete(listener);

const { ClientWidgetApi, OpenIDRequestState, Widget, WidgetDriver } = createRequire(import.meta.url)("matrix-widget-api");

/** The widget tells its host of these and waits for an answer. */
const NOTICES = [
  "io.element.join", "io.element.device_mute", "io.element.tile_layout", "io.element.spotlight_layout",
  "io.element.close", "im.vector.hangup", "minimize", "set_always_on_screen",
];

class Driver extends WidgetDriver {
  constructor(client, roomId) {
    super();
    Object.assign(this, { client, roomId });
  }

  async validateCapabilities(requested) {
    return requested;
  }

  async sendEvent(type, content, stateKey = null, roomId = null) {
    const room = roomId ?? this.roomId;
    const { event_id: eventId } =
      stateKey === null
        ? await this.client.sendEvent(room, type, content)
        : await this.client.sendStateEvent(room, type, content, stateKey);
    return { roomId: room, eventId };
  }

  async sendDelayedEvent(delay, type, content, stateKey = null, roomId = null) {
    const room = encodeURIComponent(roomId ?? this.roomId);
    const end = stateKey === null ? `send/${type}/${crypto.randomUUID()}` : `state/${type}/${encodeURIComponent(stateKey)}`;
    const answer = await this.client.http.authedRequest(
      Method.Put, `/rooms/${room}/${end}`, { "org.matrix.msc4140.delay": String(delay) }, content,
    );
    return { roomId: roomId ?? this.roomId, delayId: answer.delay_id };
  }

  #delayed(delayId, action) {
    const prefix = "/_matrix/client/unstable/org.matrix.msc4140";
    const path = `/delayed_events/${encodeURIComponent(delayId)}`;
    return this.client.http.authedRequest(Method.Post, path, undefined, { action }, { prefix });
  }

  cancelScheduledDelayedEvent(delayId) {
    return this.#delayed(delayId, "cancel");
  }

  restartScheduledDelayedEvent(delayId) {
    return this.#delayed(delayId, "restart");
  }

  sendScheduledDelayedEvent(delayId) {
    return this.#delayed(delayId, "send");
  }

  async sendToDevice(type, encrypted, contents) {
    if (!encrypted) throw new Error("a call's keys travel encrypted");
    const sends = Object.entries(contents).flatMap(([userId, devices]) =>
      Object.entries(devices).map(([deviceId, content]) =>
        this.client.encryptAndSendToDevice(type, [{ userId, deviceId }], content),
      ),
    );
    await Promise.all(sends);
  }

  #state(roomId) {
    return this.client.getRoom(roomId)?.getLiveTimeline().getState(EventTimeline.FORWARDS);
  }

  async readRoomState(roomId, type, stateKey) {
    const found = this.#state(roomId)?.getStateEvents(type, stateKey);
    const events = Array.isArray(found) ? found : [found].filter(Boolean);
    return events.map((event) => event.getEffectiveEvent());
  }

  async readRoomTimeline(roomId, type, msgtype, stateKey, limit) {
    const events = this.client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? [];
    const fits = (event) =>
      event.getType() === type &&
      (stateKey === undefined || event.getStateKey() === stateKey) &&
      (msgtype === undefined || event.getContent().msgtype === msgtype);
    return events.filter(fits).slice(-(limit || 50)).reverse().map((event) => event.getEffectiveEvent());
  }

  async readEventRelations() {
    return { chunk: [] };
  }

  async readStickyEvents() {
    return [];
  }

  async askOpenID(observer) {
    observer.update({ state: OpenIDRequestState.Allowed, token: await this.client.getOpenIdToken() });
  }

  /** Where calls go is the homeserver's to say: so its configuration is tested too. */
  async getRtcTransports() {
    const prefix = "/_matrix/client/unstable/org.matrix.msc4143";
    const answer = await this.client.http.authedRequest(Method.Get, "/rtc/transports", undefined, undefined, { prefix });
    return { rtc_transports: answer.rtc_transports };
  }

  getKnownRooms() {
    return this.client.getRooms().map((room) => room.roomId);
  }
}

/** Element Call of one signed-in person in one room. */
export class CallWidget {
  /** Opens it and lets it join at once. */
  static async join(chromium, origin, client, roomId) {
    const widget = new CallWidget(client, roomId);
    await widget.#open(chromium, origin);
    return widget;
  }

  constructor(client, roomId) {
    Object.assign(this, { client, roomId, id: `call-${crypto.randomUUID()}`, told: [], keys: [], stops: [] });
  }

  async #open(chromium, origin) {
    const { client, roomId, id } = this;
    const page = await chromium.open(`${origin}/host.html`, (text) => {
      const data = JSON.parse(text);
      for (const listener of listeners) listener({ data, origin });
    });
    this.page = page;
    const contentWindow = {
      postMessage: (message) => {
        page.evaluate(`tell(${JSON.stringify(message)})`).catch(() => {});
      },
    };
    const url = new URL(`${origin}/index.html`);
    url.search = new URLSearchParams({ widgetId: id, parentUrl: `${origin}/host.html` });
    const options = new URLSearchParams({
      userId: client.getUserId(), deviceId: client.getDeviceId(), roomId, baseUrl: client.getHomeserverUrl(),
      lang: "en", theme: "dark", perParticipantE2EE: "true", skipLobby: "true", confineToRoom: "true",
      hideHeader: "true", appPrompt: "false", returnToLobby: "false", preload: "false",
    });
    url.hash = `#?${options}`;
    const definition = { id, creatorUserId: client.getUserId(), type: "m.call", url: url.href, waitForIframeLoad: false };
    const api = new ClientWidgetApi(new Widget(definition), { contentWindow, addEventListener() {} }, new Driver(client, roomId));
    this.api = api;
    api.on("error:preparing", (error) => this.told.push(`not ready: ${error}`));
    api.setViewedRoomId(roomId);
    for (const action of NOTICES) {
      api.on(`action:${action}`, (event) => {
        event.preventDefault();
        this.told.push(action);
        api.transport.reply(event.detail, {});
      });
    }
    this.#listen(ClientEvent.ReceivedToDeviceMessage, ({ message, encryptionInfo }) => {
      if (message.type === "io.element.call.encryption_keys" && encryptionInfo) this.keys.push(message.sender);
      return api.feedToDevice(message, encryptionInfo !== null);
    });
    this.#listen(RoomStateEvent.Events, (event) => api.feedStateUpdate(event.getEffectiveEvent()));
    const feed = (event) => !event.isBeingDecrypted() && !event.isDecryptionFailure() && api.feedEvent(event.getEffectiveEvent());
    this.#listen(RoomEvent.Timeline, (event, _room, toStart, _removed, data) => !toStart && data.liveEvent && feed(event));
    this.#listen(MatrixEventEvent.Decrypted, feed);
    await until("the host page", () => page.evaluate("typeof load === 'function'"));
    await page.evaluate(`load(${JSON.stringify(url.href)})`);
  }

  #listen(kind, listener) {
    // The widget may be gone already when something is for it.
    const careful = async (...given) => {
      try {
        await listener(...given);
      } catch (error) {
        this.told.push(String(error));
      }
    };
    this.client.on(kind, careful);
    this.stops.push(() => this.client.off(kind, careful));
  }

  /** Every picture: whose it is, its size, the frames that were shown, and the mean of its colours. */
  pictures() {
    return this.page.evaluate(`(() => {
      const inside = document.getElementById("call").contentDocument;
      return [...inside.querySelectorAll("video")].filter((video) => video.srcObject && video.videoWidth > 8).map((video) => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
        const context = canvas.getContext("2d");
        context.drawImage(video, 0, 0, 32, 18);
        const { data } = context.getImageData(0, 0, 32, 18);
        const mean = [0, 1, 2].map((n) => data.filter((_, index) => index % 4 === n).reduce((a, b) => a + b, 0) / (32 * 18));
        const { totalVideoFrames } = video.getVideoPlaybackQuality();
        // A track from the network has no device's name.
        const own = /fake/i.test(video.srcObject.getVideoTracks()[0]?.label ?? "");
        return { own, width: video.videoWidth, height: video.videoHeight, frames: totalVideoFrames, mean: mean.map(Math.round) };
      });
    })()`);
  }

  /** What is written in the frame, for messages of failures. */
  words() {
    return this.page.evaluate(`document.getElementById("call").contentDocument?.body?.innerText?.slice(0, 400)`);
  }

  /** Leaves as somebody does who presses the red button. */
  async leave() {
    await this.api.transport.send("im.vector.hangup", {}).catch(() => {});
    this.stops.forEach((stop) => stop());
    this.api.stop();
  }
}
