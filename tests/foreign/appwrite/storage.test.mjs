// Buckets that encrypt and compress, through npm node-appwrite: what one uploads comes back, and the models say how it is kept.
// Previews in AVIF and of it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { AppwriteException, Client, Compression, ImageFormat, Storage } from "node-appwrite";
import { InputFile } from "node-appwrite/file";
import { crc32, deflateSync } from "node:zlib";
import { refusals, stack } from "./stack.mjs";

const refusal = refusals(AppwriteException);
const client = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project).setKey(stack.appwrite.key);
const storage = new Storage(client);
// New at each run: a stack may be tested twice.
const bucketId = `packed-${Date.now()}`;
const text = Buffer.from(Array.from({ length: 400_000 }, (_, line) => `line ${line} of a long report\n`).join(""));

before(async () => {
  const bucket = await storage.createBucket({ bucketId, name: "Packed", compression: Compression.Zstd });
  assert.deepEqual([bucket.compression, bucket.encryption, bucket.transformations], ["zstd", true, true]);
});

after(() => storage.deleteBucket({ bucketId }));

const upload = (fileId, bytes, name) => storage.createFile({ bucketId, fileId, file: InputFile.fromBuffer(bytes, name) });
const download = async (fileId) => Buffer.from(await storage.getFileDownload({ bucketId, fileId }));

test("a text in chunks takes less and comes back", async () => {
  assert.ok(text.length > 10 * 1024 * 1024, "more than two chunks");
  const sent = await upload("report", text, "report.txt");
  assert.equal(sent.chunksUploaded, sent.chunksTotal);
  const file = await storage.getFile({ bucketId, fileId: "report" });
  assert.deepEqual([file.compression, file.encryption, file.sizeOriginal], ["zstd", true, text.length]);
  assert.ok(file.sizeActual < text.length / 2, `${file.sizeActual} bytes`);
  assert.ok((await download("report")).equals(text));
});

test("a range of it is that part", async () => {
  const url = `${stack.appwrite.endpoint}/storage/buckets/${bucketId}/files/report/download`;
  const first = 5 * 1024 * 1024 - 10;
  const headers = {
    range: `bytes=${first}-${first + 299_999}`,
    "x-appwrite-project": stack.appwrite.project,
    "x-appwrite-key": stack.appwrite.key,
  };
  const answer = await fetch(url, { headers });
  assert.equal(answer.status, 206);
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(text.subarray(first, first + 300_000)));
});

test("what does not get smaller is kept as it is", async () => {
  const noise = randomBytes(6 * 1024 * 1024);
  const file = await upload("noise", noise, "noise.bin");
  assert.ok((await download("noise")).equals(noise));
  assert.equal((await storage.getFile({ bucketId, fileId: file.$id })).compression, "none");
});

/** A PNG of one colour. */
function png(width, height, colour) {
  const chunk = (kind, body) => {
    const named = Buffer.concat([Buffer.from(kind), body]);
    const framed = Buffer.alloc(named.length + 8);
    framed.writeUInt32BE(body.length);
    named.copy(framed, 4);
    framed.writeUInt32BE(crc32(named), named.length + 4);
    return framed;
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  const row = Buffer.from([0, ...Array.from({ length: width }, () => colour).flat()]);
  const rows = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk("IHDR", head), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

test("a picture is shown as AVIF, and that as another kind", async () => {
  await upload("red", png(80, 60, [220, 30, 20]), "red.png");
  const preview = async (fileId, wishes) => Buffer.from(await storage.getFilePreview({ bucketId, fileId, ...wishes }));
  const avif = await preview("red", { width: 40, output: ImageFormat.Avif });
  assert.equal(avif.subarray(4, 12).toString(), "ftypavif");
  const file = await upload("red-avif", avif, "red.avif");
  assert.equal(file.mimeType, "image/avif");
  const shown = await preview("red-avif", { width: 20, output: ImageFormat.Png });
  assert.deepEqual([shown.readUInt32BE(16), shown.readUInt32BE(20)], [20, 15], "the size in the PNG's head");
  assert.equal((await preview("red-avif", {})).subarray(8, 12).toString(), "WEBP");
  assert.equal(await refusal(preview("red", { output: ImageFormat.Heic })), "general_argument_invalid");
});

test("a bucket is told to encrypt no more, and previews are turned off for people only", async () => {
  const wishes = { bucketId, name: "Packed", encryption: false, compression: Compression.None, transformations: false };
  const bucket = await storage.updateBucket(wishes);
  assert.deepEqual([bucket.compression, bucket.encryption, bucket.transformations], ["none", false, false]);
  const file = await upload("open", Buffer.from("open to all"), "open.txt");
  assert.deepEqual([file.encryption, file.sizeActual], [false, 11]);
  assert.ok((await download("report")).equals(text), "what was there stays as it was");
  assert.equal(await refusal(storage.updateBucket({ ...wishes, compression: "lzma" })), "general_argument_invalid");
  const preview = storage.getFilePreview({ bucketId, fileId: "open", output: ImageFormat.Png });
  assert.equal(await refusal(preview), "storage_file_type_unsupported");
});
