addEventListener('load', () => performance.mark('usable'))
