// Written by hand from the IPC contract in the style of Tauri Specta, until src-tauri generates it.

import { invoke as __TAURI_INVOKE, Channel } from "@tauri-apps/api/core";
import * as __TAURI_EVENT from "@tauri-apps/api/event";

/** Commands */
export const commands = {
	session: (updates: Channel<SessionState>) => typedError<number, ApiError>(__TAURI_INVOKE("session", { updates })),
	checkServer: (server: string) => typedError<ServerInfo, ApiError>(__TAURI_INVOKE("check_server", { server })),
	signIn: (server: string, email: string, password: string, progress: Channel<SignInStep>) => typedError<null, ApiError>(__TAURI_INVOKE("sign_in", { server, email, password, progress })),
	unlock: (passphrase: string) => typedError<null, ApiError>(__TAURI_INVOKE("unlock", { passphrase })),
	rebuildStore: () => typedError<null, ApiError>(__TAURI_INVOKE("rebuild_store")),
	signOut: () => typedError<null, ApiError>(__TAURI_INVOKE("sign_out")),
	connection: (updates: Channel<Connection>) => typedError<number, ApiError>(__TAURI_INVOKE("connection", { updates })),
	unsubscribe: (id: number) => __TAURI_INVOKE<void>("unsubscribe", { id }),
	rooms: (updates: Channel<ListDiff<RoomSummary>[]>) => typedError<number, ApiError>(__TAURI_INVOKE("rooms", { updates })),
	openTimeline: (roomId: string, updates: Channel<TimelineUpdate>) => typedError<number, ApiError>(__TAURI_INVOKE("open_timeline", { roomId, updates })),
	paginateBack: (roomId: string) => typedError<null, ApiError>(__TAURI_INVOKE("paginate_back", { roomId })),
	sendText: (roomId: string, markdown: string, replyTo: string | null, mentions: string[]) => typedError<null, ApiError>(__TAURI_INVOKE("send_text", { roomId, markdown, replyTo, mentions })),
	editText: (roomId: string, itemId: string, markdown: string) => typedError<null, ApiError>(__TAURI_INVOKE("edit_text", { roomId, itemId, markdown })),
	redact: (roomId: string, itemId: string) => typedError<null, ApiError>(__TAURI_INVOKE("redact", { roomId, itemId })),
	toggleReaction: (roomId: string, itemId: string, key: string) => typedError<null, ApiError>(__TAURI_INVOKE("toggle_reaction", { roomId, itemId, key })),
	retrySend: (roomId: string, itemId: string) => typedError<null, ApiError>(__TAURI_INVOKE("retry_send", { roomId, itemId })),
	cancelSend: (roomId: string, itemId: string) => typedError<null, ApiError>(__TAURI_INVOKE("cancel_send", { roomId, itemId })),
	sendFile: (roomId: string, path: string, caption: string | null) => typedError<null, ApiError>(__TAURI_INVOKE("send_file", { roomId, path, caption })),
	saveAttachment: (roomId: string, itemId: string, path: string) => typedError<null, ApiError>(__TAURI_INVOKE("save_attachment", { roomId, itemId, path })),
	typing: (roomId: string, active: boolean) => typedError<null, ApiError>(__TAURI_INVOKE("typing", { roomId, active })),
	markRead: (roomId: string) => typedError<null, ApiError>(__TAURI_INVOKE("mark_read", { roomId })),
	setDraft: (roomId: string, text: string) => typedError<null, ApiError>(__TAURI_INVOKE("set_draft", { roomId, text })),
	members: (roomId: string) => typedError<Member[], ApiError>(__TAURI_INVOKE("members", { roomId })),
	createRoom: (name: string, topic: string, invite: string[]) => typedError<string, ApiError>(__TAURI_INVOKE("create_room", { name, topic, invite })),
	createDirect: (matrixId: string) => typedError<string, ApiError>(__TAURI_INVOKE("create_direct", { matrixId })),
	acceptInvite: (roomId: string) => typedError<null, ApiError>(__TAURI_INVOKE("accept_invite", { roomId })),
	declineInvite: (roomId: string) => typedError<null, ApiError>(__TAURI_INVOKE("decline_invite", { roomId })),
	leaveRoom: (roomId: string) => typedError<null, ApiError>(__TAURI_INVOKE("leave_room", { roomId })),
	encryption: (updates: Channel<EncryptionState>) => typedError<number, ApiError>(__TAURI_INVOKE("encryption", { updates })),
	recoveryKey: () => typedError<string | null, ApiError>(__TAURI_INVOKE("recovery_key")),
	confirmRecoveryKey: () => typedError<null, ApiError>(__TAURI_INVOKE("confirm_recovery_key")),
	calls: (updates: Channel<CallsView>) => typedError<number, ApiError>(__TAURI_INVOKE("calls", { updates })),
	startCall: (roomId: string, mic: boolean, camera: boolean) => typedError<null, ApiError>(__TAURI_INVOKE("start_call", { roomId, mic, camera })),
	acceptCall: (ringId: string, camera: boolean) => typedError<null, ApiError>(__TAURI_INVOKE("accept_call", { ringId, camera })),
	declineCall: (ringId: string) => typedError<null, ApiError>(__TAURI_INVOKE("decline_call", { ringId })),
	leaveCall: () => typedError<null, ApiError>(__TAURI_INVOKE("leave_call")),
	setMic: (on: boolean) => typedError<null, ApiError>(__TAURI_INVOKE("set_mic", { on })),
	setCamera: (on: boolean) => typedError<null, ApiError>(__TAURI_INVOKE("set_camera", { on })),
	setScreen: (on: boolean) => typedError<null, ApiError>(__TAURI_INVOKE("set_screen", { on })),
	layoutTiles: (tiles: TileSize[]) => typedError<null, ApiError>(__TAURI_INVOKE("layout_tiles", { tiles })),
	startPreview: () => typedError<null, ApiError>(__TAURI_INVOKE("start_preview")),
	stopPreview: () => typedError<null, ApiError>(__TAURI_INVOKE("stop_preview")),
	devices: (updates: Channel<Devices>) => typedError<number, ApiError>(__TAURI_INVOKE("devices", { updates })),
	selectDevice: (kind: DeviceKind, id: string | null) => typedError<null, ApiError>(__TAURI_INVOKE("select_device", { kind, id })),
	frameSocket: () => typedError<FrameSocket, ApiError>(__TAURI_INVOKE("frame_socket")),
	drives: (updates: Channel<Drive[]>) => typedError<number, ApiError>(__TAURI_INVOKE("drives", { updates })),
	openFolder: (drive: string, path: string, updates: Channel<ListDiff<FolderItem>[]>) => typedError<number, ApiError>(__TAURI_INVOKE("open_folder", { drive, path, updates })),
	storageUse: () => typedError<StorageUse, ApiError>(__TAURI_INVOKE("storage_use")),
	upload: (drive: string, folder: string, paths: string[]) => typedError<null, ApiError>(__TAURI_INVOKE("upload", { drive, folder, paths })),
	uploads: (updates: Channel<ListDiff<Upload>[]>) => typedError<number, ApiError>(__TAURI_INVOKE("uploads", { updates })),
	pauseUpload: (id: string) => typedError<null, ApiError>(__TAURI_INVOKE("pause_upload", { id })),
	resumeUpload: (id: string) => typedError<null, ApiError>(__TAURI_INVOKE("resume_upload", { id })),
	cancelUpload: (id: string) => typedError<null, ApiError>(__TAURI_INVOKE("cancel_upload", { id })),
	downloadFile: (drive: string, id: string, path: string) => typedError<null, ApiError>(__TAURI_INVOKE("download_file", { drive, id, path })),
	openFile: (drive: string, id: string) => typedError<null, ApiError>(__TAURI_INVOKE("open_file", { drive, id })),
	renameFile: (drive: string, id: string, name: string) => typedError<null, ApiError>(__TAURI_INVOKE("rename_file", { drive, id, name })),
	deleteFile: (drive: string, id: string) => typedError<string, ApiError>(__TAURI_INVOKE("delete_file", { drive, id })),
	undoDelete: (token: string) => typedError<null, ApiError>(__TAURI_INVOKE("undo_delete", { token })),
	shareFile: (drive: string, id: string, roomId: string) => typedError<null, ApiError>(__TAURI_INVOKE("share_file", { drive, id, roomId })),
	pickFiles: () => typedError<string[], ApiError>(__TAURI_INVOKE("pick_files")),
	pickSavePath: (suggested: string) => typedError<string | null, ApiError>(__TAURI_INVOKE("pick_save_path", { suggested })),
	people: (query: string, updates: Channel<ListDiff<PersonView>[]>) => typedError<number, ApiError>(__TAURI_INVOKE("people", { query, updates })),
	setProfile: (name: string, avatarPath: string | null) => typedError<null, ApiError>(__TAURI_INVOKE("set_profile", { name, avatarPath })),
	settings: (updates: Channel<Settings>) => typedError<number, ApiError>(__TAURI_INVOKE("settings", { updates })),
	saveSettings: (settings: Settings) => typedError<null, ApiError>(__TAURI_INVOKE("save_settings", { settings })),
	sessions: () => typedError<SessionRow[], ApiError>(__TAURI_INVOKE("sessions")),
	endSession: (id: string) => typedError<null, ApiError>(__TAURI_INVOKE("end_session", { id })),
	about: () => typedError<About, ApiError>(__TAURI_INVOKE("about")),
	openLogFolder: () => typedError<null, ApiError>(__TAURI_INVOKE("open_log_folder")),
	/** Hands an address (http, https, mailto) to the desktop. */
	openLink: (url: string) => typedError<null, ApiError>(__TAURI_INVOKE("open_link", { url })),
	palette: (query: string) => typedError<PaletteEntry[], ApiError>(__TAURI_INVOKE("palette", { query })),
};

/** Events */
export const events = {
	deepLink: makeEvent<DeepLink, DeepLink>("deep-link"),
	filesDropped: makeEvent<FilesDropped, FilesDropped>("files-dropped"),
};

/* Types */
/**  An error as the UI sees it: it decides on `code`, never on `message`. */
export type ApiError = {
	code: ErrorCode,
	message: string,
};

export type ErrorCode = "offline" | "not-found-server" | "not-telestack" | "untrusted-certificate" | "clock-off" | "wrong-credentials" | "rate-limited" | "chat-unavailable" | "files-unavailable" | "calls-unavailable" | "signed-out" | "forbidden" | "not-found" | "too-large" | "too-long" | "disk-full" | "store-damaged" | "wrong-passphrase" | "passphrase-needed" | "media-missing" | "media-wrong" | "invalid" | "quota" | "internal";

export type DeepLink = {
	link: string,
};

export type FilesDropped = {
	paths: string[],
	x: number,
	y: number,
};

export type Device = {
	id: string,
	name: string,
};

export type DeviceKind = "microphone" | "speaker" | "camera";

export type Devices = {
	microphones: Device[],
	speakers: Device[],
	cameras: Device[],
	microphone: string | null,
	speaker: string | null,
	camera: string | null,
	/**  Of the microphone, 0 to 1. */
	level: number,
};

export type FrameSocket = {
	url: string,
	token: string,
	previewTile: number,
};

/**  Device pixels. */
export type TileSize = {
	id: number,
	width: number,
	height: number,
};

export type Role = "owner" | "administrator" | "clinician" | "reception" | "member" | "guest" | "patient";

/**  One row of the room list. */
export type RoomSummary = {
	id: string,
	name: string,
	topic: string | null,
	kind: RoomKind,
	membership: Membership,
	encrypted: boolean,
	/**  The other person of a direct room (Matrix id). */
	directUser: string | null,
	/**  Who invited, where `membership` is `invited`. */
	inviter: string | null,
	avatar: string | null,
	memberCount: number,
	unread: number,
	mentions: number,
	muted: boolean,
	favourite: boolean,
	lastMessage: LastMessage | null,
	/**  Matrix ids of people now in the room's call. */
	inCall: string[],
	draft: string | null,
};

export type RoomKind = "direct" | "room";

export type Membership = "joined" | "invited";

/**  The preview line under a room's name. */
export type LastMessage = {
	senderName: string,
	own: boolean,
	preview: Preview,
	time: number,
	state: SendState,
};

/**  A message in one line; the UI puts kinds other than text into words of the person's language. */
export type Preview = { kind: "text"; text: string } | { kind: "image" } | { kind: "file"; name: string } | { kind: "card"; name: string } | { kind: "call" } | { kind: "redacted" } | { kind: "undecryptable" } | { kind: "membership" } | { kind: "other" };

export type SendState = "queued" | "sending" | "sent" | "failed";

/**  One line of a timeline. `id` is stable from the local echo on. */
export type TimelineItem = ({ kind: "message" } & Message) | { kind: "day-divider"; id: string; time: number } | { kind: "read-marker"; id: string } | { kind: "start"; id: string } | ({ kind: "notice" } & Notice);

export type Message = {
	id: string,
	/**  Present once the server knows it. */
	eventId: string | null,
	sender: Sender,
	own: boolean,
	time: number,
	body: Body,
	edited: boolean,
	editable: boolean,
	replyTo: ReplyPreview | null,
	reactions: Reaction[],
	readBy: Sender[],
	state: SendState,
	/**  Why sending failed. */
	failure: SendFailure | null,
	/**  Bytes sent and bytes in all, while an attachment goes up. */
	progress: Progress | null,
};

export type SendFailure = "too-large" | "not-allowed" | "unverified" | "other";

export type Progress = {
	done: number,
	total: number,
};

export type Sender = {
	id: string,
	name: string,
	avatar: string | null,
	verified: boolean,
};

/**  What a message says. */
export type Body = { kind: "text"; text: string; html: string | null; emote: boolean; mentionsMe: boolean } | { kind: "image"; name: string; mime: string; width: number | null; height: number | null; size: number | null; blurhash: string | null; caption: string | null } | { kind: "file"; name: string; mime: string; size: number | null } | ({ kind: "card" } & FileCard) | { kind: "call"; notification: boolean } | { kind: "redacted" } | { kind: "undecryptable" } | { kind: "unsupported" };

/**  `org.telestack.file`, a field of an `m.room.message`: a file of Storage shared into a room.
 *  Clients that do not know it show the message's plain text. */
export type FileCard = {
	bucket: string,
	file: string,
	name: string,
	mime: string,
	size: number,
};

export type ReplyPreview = {
	eventId: string,
	senderName: string | null,
	preview: Preview | null,
};

export type Reaction = {
	key: string,
	count: number,
	mine: boolean,
	senders: string[],
};

export type Notice = {
	id: string,
	time: number,
	sender: Sender,
	what: NoticeKind,
};

export type NoticeKind = { kind: "joined"; name: string } | { kind: "left"; name: string } | { kind: "invited"; name: string } | { kind: "removed"; name: string } | { kind: "renamed"; name: string } | { kind: "topic"; text: string } | { kind: "encrypted" } | { kind: "created" } | { kind: "call-started" } | { kind: "call-ended" } | { kind: "other" };

/**  What travels on the channel of one open timeline. */
export type TimelineUpdate = { kind: "items"; diffs: ListDiff<TimelineItem>[] } | { kind: "typing"; names: string[] } | { kind: "pagination"; loading: boolean; reachedStart: boolean };

export type Member = {
	id: string,
	name: string,
	avatar: string | null,
	power: MemberPower,
	verified: boolean,
	invited: boolean,
};

export type MemberPower = "admin" | "moderator" | "member";

/**  How far this device is trusted and whether messages survive its loss. */
export type EncryptionState = {
	deviceVerified: boolean,
	crossSigning: boolean,
	recovery: boolean,
};

/**  What chat can do at the moment. */
export type ChatConnection = "connecting" | "online" | "offline" | "signed-out";

export type CallsView = {
	current: CallView | null,
	ringing: Ringing[],
	/**  Newest first, at most 100. */
	history: HistoryEntry[],
};

export type CallView = {
	roomId: string,
	title: string,
	phase: CallPhase,
	/**  When this device joined; absent before. */
	since: number | null,
	encrypted: boolean,
	mic: boolean,
	camera: boolean,
	screen: boolean,
	/**  The first tile is this device's own. */
	tiles: Tile[],
	/**  People who are being rung. */
	waitingFor: string[],
};

export type CallPhase = { kind: "joining" } | { kind: "connected" } | { kind: "reconnecting"; mediaRestarted: boolean } | { kind: "failed"; code: string };

export type Tile = {
	/**  The id in frames of the loopback socket. */
	id: number,
	identity: string,
	userId: string,
	name: string,
	avatar: string | null,
	own: boolean,
	source: TileSource,
	muted: boolean,
	video: boolean,
	speaking: boolean,
	quality: Quality,
	/**  Their key has not arrived: nothing can be shown or heard yet. */
	keyMissing: boolean,
};

export type TileSource = "camera" | "screen";

export type Quality = "unknown" | "good" | "fair" | "poor" | "lost";

export type Ringing = {
	id: string,
	roomId: string,
	roomName: string,
	callerId: string,
	callerName: string,
	avatar: string | null,
	video: boolean,
	until: number,
};

export type HistoryEntry = {
	id: string,
	roomId: string,
	title: string,
	kind: HistoryKind,
	started: number,
	/**  Seconds; absent where nobody answered. */
	seconds: number | null,
};

export type HistoryKind = "outgoing" | "incoming" | "missed" | "declined";

export type Drive = {
	id: string,
	name: string,
	/**  Largest file the drive takes. */
	maxFileSize: number,
	used: number,
	readOnly: boolean,
};

export type FolderItem = { kind: "folder"; path: string; name: string; count: number } | ({ kind: "file" } & FileEntry);

export type FileEntry = {
	id: string,
	drive: string,
	/**  Folder part, `""` at the root. */
	folder: string,
	name: string,
	mime: string,
	size: number,
	changed: number,
	writable: boolean,
	/**  Whether `tsres://localhost/preview/{drive}/{id}` has a picture. */
	hasPreview: boolean,
};

export type Upload = {
	id: string,
	drive: string,
	folder: string,
	name: string,
	size: number,
	done: number,
	state: UploadState,
	/**  Set when done. */
	fileId: string | null,
};

export type UploadState = { kind: "waiting" } | { kind: "running" } | { kind: "paused" } | { kind: "offline" } | { kind: "done" } | { kind: "failed"; code: string };

export type StorageUse = {
	used: number,
	/**  None: no limit. */
	quota: number | null,
};

export type PaletteEntry = {
	kind: PaletteKind,
	/**  Room id, user id, or `drive/file`. */
	id: string,
	title: string,
	subtitle: string | null,
	avatar: string | null,
};

export type PaletteKind = "person" | "room" | "file";

export type PersonView = {
	id: string,
	name: string,
	email: string,
	role: Role,
	title: string | null,
	team: string | null,
	matrixId: string,
	avatar: string | null,
	presence: Presence,
	inCall: boolean,
	verified: boolean,
	me: boolean,
};

export type Presence = "online" | "away" | "busy" | "offline" | "unknown";

/**  The one thing the window decides its first screen on. */
export type SessionState = { kind: "opening" } | { kind: "signed-out"; server: string | null; email: string | null } | { kind: "needs-passphrase"; creating: boolean } | { kind: "store-damaged"; message: string } | { kind: "signed-in"; me: Me; server: ServerInfo };

export type Me = {
	userId: string,
	name: string,
	email: string,
	matrixId: string,
	deviceId: string,
	role: Role,
	avatar: string | null,
};

/**  A server that answered, before anybody signs in. */
export type ServerInfo = {
	name: string,
	url: string,
	version: string,
	signUp: boolean,
};

/**  The three sign-ins are one step to a person; this is its one progress. */
export type SignInStep = "finding-server" | "checking-password" | "opening-store" | "joining-chat" | "setting-up-encryption" | "done";

export type AreaState = "online" | "connecting" | "offline";

/**  The state of the connection, always visible in the rail. */
export type Connection = {
	chat: AreaState,
	files: AreaState,
	calls: AreaState,
	queuedMessages: number,
	queuedUploads: number,
	/**  Tries since the connection was lost; 0 while it stands. */
	attempt: number,
};

export type Settings = {
	theme: Theme,
	highContrast: boolean,
	/**  Per cent, 80 to 200. */
	textSize: number,
	density: Density,
	reduceMotion: boolean,
	/**  BCP 47; none follows the desktop. */
	language: string | null,
	notifications: boolean,
	/**  Whether a notification may say what was written. */
	notificationText: boolean,
	microphone: string | null,
	speaker: string | null,
	camera: string | null,
	noiseSuppression: boolean,
};

export type Theme = "system" | "light" | "dark";

export type Density = "comfortable" | "compact";

/**  One place where this account is signed in. */
export type SessionRow = {
	id: string,
	name: string,
	place: string | null,
	created: number,
	current: boolean,
};

export type About = {
	version: string,
	serverVersion: string | null,
	webview: string,
	logFolder: string,
	licences: Licence[],
};

export type Licence = {
	name: string,
	version: string,
	licence: string,
};

/**  One change of a list. Applied in order, they turn the receiver's copy into the sender's list.
 *  Indexes count from 0 and are valid at the moment the change is applied. */
export type ListDiff<T> = { op: "reset"; items: T[] } | { op: "append"; items: T[] } | { op: "push-front"; item: T } | { op: "push-back"; item: T } | { op: "pop-front" } | { op: "pop-back" } | { op: "insert"; index: number; item: T } | { op: "set"; index: number; item: T } | { op: "remove"; index: number } | { op: "truncate"; length: number } | { op: "clear" };

/* Tauri Specta runtime */
async function typedError<T, E>(result: Promise<T>): Promise<{ status: "ok"; data: T } | { status: "error"; error: E }> {
    try {
        return { status: "ok", data: await result };
    } catch (e) {
        if (e instanceof Error) throw e;
        return { status: "error", error: e as any };
    }
}

type EventEmit<T> = [T] extends [null] ? () => Promise<void> : (payload: T) => Promise<void>;

type EventEmitTo<T> = [T] extends [null] ? (target: __TAURI_EVENT.EventTarget | string) => Promise<void> : (target: __TAURI_EVENT.EventTarget | string, payload: T) => Promise<void>;

function makeEvent<TListen, TEmit = TListen>(name: string, serialize?: (payload: TEmit) => unknown, deserialize?: (payload: any) => TListen) {
    const mapEvent = (cb: __TAURI_EVENT.EventCallback<TListen>) => (event: __TAURI_EVENT.Event<any>) => cb({ ...event, payload: deserialize ? deserialize(event.payload) : event.payload });
    const mapPayload = (payload: TEmit) => serialize ? serialize(payload) : payload;

    const base = {
        listen: (cb: __TAURI_EVENT.EventCallback<TListen>) => __TAURI_EVENT.listen(name, mapEvent(cb)),
        once: (cb: __TAURI_EVENT.EventCallback<TListen>) => __TAURI_EVENT.once(name, mapEvent(cb)),
        emit: ((payload: TEmit) => __TAURI_EVENT.emit(name, mapPayload(payload)) as unknown) as EventEmit<TEmit>,
        emitTo: ((to: __TAURI_EVENT.EventTarget | string, payload: TEmit) => __TAURI_EVENT.emitTo(to, name, mapPayload(payload)) as unknown) as EventEmitTo<TEmit>
    };

    const fn = (target: import("@tauri-apps/api/webview").Webview | import("@tauri-apps/api/window").Window) => ({
        listen: (cb: __TAURI_EVENT.EventCallback<TListen>) => target.listen(name, mapEvent(cb)),
        once: (cb: __TAURI_EVENT.EventCallback<TListen>) => target.once(name, mapEvent(cb)),
        emit: ((payload: TEmit) => target.emit(name, mapPayload(payload)) as unknown) as EventEmit<TEmit>,
        emitTo: ((to: __TAURI_EVENT.EventTarget | string, payload: TEmit) => target.emitTo(to, name, mapPayload(payload)) as unknown) as EventEmitTo<TEmit>
    });

    return Object.assign(fn, base);
}

