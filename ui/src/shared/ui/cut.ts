/** Names a text in whole while the pointer is over it, where there is no room for all of it. For `{@attach}`. */
export function wholeWhenCut(element: HTMLElement): () => void {
  const look = () => {
    element.title = element.scrollWidth > element.clientWidth ? element.textContent.trim() : ''
  }
  element.addEventListener('pointerenter', look)
  return () => element.removeEventListener('pointerenter', look)
}
