/*
  After htmx: GOV.UK components in what was swapped in, and details that somebody opened.

  A module, because govuk-frontend is one; its address carries its version, so it comes from
  the page. What always holds: a push never closes what a person has opened.
*/
window.htmx.registerExtension('moments', {
  htmx_before_morph_attr: (element, detail) =>
    !(element.tagName === 'DETAILS' && detail.attrName === 'open'),
})

const { initAll } = await import(document.querySelector('meta[name="govuk-frontend"]').content)
const init = (scope) => initAll({ scope, onError: () => {} })

init(document)
document.addEventListener('htmx:after:settle', (event) => {
  const target = event.detail.task?.target
  if (target?.isConnected) init(target)
})
