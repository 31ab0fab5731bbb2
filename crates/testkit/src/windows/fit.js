// What does not fit: controls that cannot be reached or are cut off, text that runs out of its box or is cut without a
// mark, and a page that scrolls sideways. A line each. The body of a function.
const CONTROLS = 'button, a[href], input, select, textarea, [role=button], [role=option], [role=tab], [role=radio], [role=switch]'
const found = []
const name = (one) => `<${one.localName}> "${(one.ariaLabel ?? one.innerText ?? one.placeholder ?? one.id ?? '').trim().slice(0, 50)}"`
const shown = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !one.closest('[inert], .sr, [aria-hidden=true]')
const within = (one, other) => other !== null && (one === other || one.contains(other) || other.contains(one))

/** What an element is cut by, from the inside out: every ancestor that does not let it show outside of itself. */
function* clips(one) {
  for (let at = one.parentElement; at && at !== document.documentElement; at = at.parentElement) {
    const style = getComputedStyle(at)
    if (style.overflowX !== 'visible' || style.overflowY !== 'visible') yield [at, style]
    if (style.position === 'fixed') return
  }
}

/** Whether a person can bring it into view: only boxes that scroll for a person count. */
function reach(one) {
  for (const [clip, style] of clips(one)) {
    const [inner, outer] = [one.getBoundingClientRect(), clip.getBoundingClientRect()]
    if (/auto|scroll/.test(style.overflowY)) clip.scrollTop += inner.top < outer.top ? inner.top - outer.top : Math.max(0, inner.bottom - outer.bottom)
    if (/auto|scroll/.test(style.overflowX)) clip.scrollLeft += inner.left < outer.left ? inner.left - outer.left : Math.max(0, inner.right - outer.right)
  }
}

const page = document.scrollingElement
if (page.scrollWidth > innerWidth + 1) found.push(`the page is ${page.scrollWidth} wide in a window of ${innerWidth}`)

const places = [...document.querySelectorAll('*')].filter((each) => each.scrollTop || each.scrollLeft).map((each) => [each, each.scrollTop, each.scrollLeft])
// A dialog or a pop-up is what can be used while it is open.
const covered = document.querySelector('dialog[open], [aria-modal=true]')
for (const one of document.querySelectorAll(CONTROLS)) {
  if (!shown(one) || (covered && !covered.contains(one))) continue
  // What a label stands for is reached by the label.
  const target = one.matches('input') && one.getBoundingClientRect().width <= 2 ? (one.closest('label') ?? one) : one
  reach(target)
  const box = target.getBoundingClientRect()
  if (box.width === 0 || box.height === 0) continue
  // A field that is higher than the window is fine: its first line is what must be seen.
  const points = [
    [box.left + box.width / 2, box.top + Math.min(box.height, innerHeight) / 2],
    [box.left + 3, box.top + box.height / 2],
    [box.right - 3, box.top + box.height / 2],
    [box.left + box.width / 2, box.top + 3],
    [box.left + box.width / 2, box.bottom - 3],
  ]
  const wrong = points.findIndex(([x, y]) => x < 0 || y < 0 || x >= innerWidth || y >= innerHeight || !within(target, document.elementFromPoint(x, y)))
  if (wrong < 0) continue
  const where = ['the middle', 'the left edge', 'the right edge', 'the upper edge', 'the lower edge'][wrong]
  const [x, y] = points[wrong]
  const over = document.elementFromPoint(x, y)
  // What floats over the rest is put away or moved.
  if (over?.closest('aside.side, .mini') && !target.closest('aside.side, .mini')) continue
  found.push(`${name(one)}: ${where} at ${Math.round(x)},${Math.round(y)} of ${innerWidth}x${innerHeight} is ${over ? `under <${over.localName} class="${over.getAttribute('class') ?? ''}">` : 'outside'}`)
}
for (const [each, top, left] of places) each.scrollTo({ top, left, behavior: 'instant' })

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
const seen = new Set()
while (walker.nextNode()) {
  const one = walker.currentNode.parentElement
  if (!walker.currentNode.data.trim() || seen.has(one) || one.closest('svg, script, style, option') || !shown(one)) continue
  seen.add(one)
  const range = document.createRange()
  range.selectNodeContents(walker.currentNode)
  const text = range.getBoundingClientRect()
  if (text.width === 0) continue
  let marked = false
  for (let at = one; at && at !== document.body; at = at.parentElement) {
    const style = getComputedStyle(at)
    marked ||= style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none'
    if (style.overflowX === 'visible') continue
    const box = at.getBoundingClientRect()
    // For screen readers alone.
    if (box.width <= 2) break
    if (/auto|scroll/.test(style.overflowX) && at !== document.scrollingElement && at.scrollWidth > at.clientWidth) break
    if (!marked && (text.right > box.right + 1 || text.left < box.left - 1)) found.push(`"${walker.currentNode.data.trim().slice(0, 50)}" is cut by <${at.localName} class="${at.getAttribute('class') ?? ''}">`)
    break
  }
  const holder = one.closest('button, .btn, .tag, .chip, [role=option], [role=tab], label')
  const box = holder?.getBoundingClientRect()
  if (box && !marked && box.width > 2 && (text.right > box.right + 1.5 || text.left < box.left - 1.5)) found.push(`"${walker.currentNode.data.trim().slice(0, 50)}" runs out of <${holder.localName} class="${holder.getAttribute('class') ?? ''}">`)
}
return [...new Set(found)]
