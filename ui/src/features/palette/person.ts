/** A found person is named by user id; a conversation needs the Matrix id, which the directory knows. */
import { Channel, commands, type ListDiff, type PersonView } from '$shared/ipc'
import { applyDiffs } from '$shared/stores/list_diff'

const PATIENCE_MS = 5000

/** Null where the directory does not answer or does not list the person. */
export async function matrixIdOf(person: { id: string; title: string }): Promise<string | null> {
  let items: PersonView[] = []
  const updates = new Channel<ListDiff<PersonView>[]>()
  const found = new Promise<string | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), PATIENCE_MS)
    updates.onmessage = (diffs) => {
      items = applyDiffs(items, diffs)
      const match = items.find((each) => each.id === person.id)
      if (!match) return
      clearTimeout(timer)
      resolve(match.matrixId)
    }
  })
  const subscription = await commands.people(person.title, updates)
  if (subscription.status === 'error') return null
  const matrixId = await found
  void commands.unsubscribe(subscription.data)
  return matrixId
}
