/** The frame stream and the layout report of this window, wired to the IPC. */
import { commands } from '$shared/ipc'
import { FrameStream } from './frame_stream'
import { LayoutReport } from './layout_report'

let preview: number | null = null

/** The tile the own camera is shown in before a call; known once the stream was opened. */
export async function previewTile(): Promise<number | null> {
  if (preview === null) await address()
  return preview
}

async function address() {
  const answer = await commands.frameSocket()
  if (answer.status === 'error') return null
  preview = answer.data.previewTile
  return { url: answer.data.url, token: answer.data.token }
}

export const stream = new FrameStream(address)

export const layoutReport = new LayoutReport((tiles) => void commands.layoutTiles(tiles))
