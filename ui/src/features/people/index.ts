import list from './PeopleList.svelte'
import main from './PeopleMain.svelte'
import side from './Profile.svelte'

export { people } from './people.svelte'
export default { list, main, side }
