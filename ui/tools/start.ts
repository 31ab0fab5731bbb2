/**
 * The real App on a stubbed core, so that every screen can be seen without servers. For developers only: it is not
 * part of the bundle, which starts at /index.html.
 *
 *   npm run dev          then open http://localhost:7610/tools/?view=chat&theme=dark&text=200&contrast=more&lang=de&state=offline
 *                        (state: offline, empty, loading, error; /tools/?view= alone lists all views)
 *   npm run pictures     writes PNGs of every view to ui/pictures; `npm run pictures -- chat` only of views that begin so,
 *                        `-- chat --quick` only at 1440x900 in light and dark
 *   npm run accessibility  looks at every view with axe; npm run keyboard goes through the window by keys
 *
 * Data are in tools/world (a conversation: world/timeline.ts), views in tools/views (chat's: views/chat.ts), the answers
 * of the core in tools/ipc.ts. A new view is one entry: what to change in the world first, what to press after.
 */
import { setClock } from './clock'
import { drawPictures } from './drawn'
import { installIpc } from './ipc'
import { installFrames } from './frames'
import { views } from './views'
import { makeWorld } from './world'

const query = new URLSearchParams(location.search)
const name = query.get('view') ?? ''
const view = views[name]

if (!view) listViews()
else {
  setClock()
  drawPictures()
  const world = makeWorld(query)
  view.world?.(world)
  installIpc(world)
  installFrames(world)
  await import('../src/main')
  await settled()
  await view.act?.(world)
  await settled()
  // Skeletons are not shown before.
  if (world.state === 'loading') await new Promise((resolve) => setTimeout(resolve, 400))
}
document.body.dataset['ready'] = 'yes'

/** Fonts are there and two frames were drawn. */
async function settled(): Promise<void> {
  await document.fonts.ready
  await new Promise((resolve) => setTimeout(resolve, 150))
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}

function listViews(): void {
  document.body.replaceChildren(
    ...Object.keys(views).flatMap((each) => {
      const link = document.createElement('a')
      link.href = `?view=${each}`
      link.textContent = each
      return [link, document.createElement('br')]
    }),
  )
}
