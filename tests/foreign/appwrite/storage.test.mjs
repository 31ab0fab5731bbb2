// Buckets that encrypt and compress, through npm node-appwrite: what one uploads comes back, and the models say how it is kept.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { AppwriteException, Client, Compression, ImageFormat, Storage } from "node-appwrite";
import { InputFile } from "node-appwrite/file";
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
