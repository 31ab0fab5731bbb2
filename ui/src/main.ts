import './shared/styles/tokens.css'
import './shared/styles/components.css'

import { mount } from 'svelte'

import App from './App.svelte'
import { watchFaults } from './shared/faults'
import { commands } from './shared/ipc'
import { toasts } from './shared/stores/toasts.svelte'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
watchFaults(window, (fault) => {
  void commands.pageFault(fault)
  toasts.failed({ code: 'internal', message: fault })
})
mount(App, { target })
