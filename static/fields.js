/*
  Fields: what stands in a form, read off the page. Before everything that keeps or sends it.

  Leaves out changing any of it. What always holds: choices in the regions belong to the form
  that their `form` attribute names, wherever they stand.
*/
(() => {
  'use strict'

  const CHOICES = ['card', 'barrier', 'idea'] // radios in regions, which come and go

  const texts = (root) => [...root.querySelectorAll('textarea, input[type="text"], input:not([type])')]
  const typed = (root) => texts(root).some((field) => field.value.trim())
  const posts = (root = document) => [...root.querySelectorAll('form.form[hx-post]')]
  const choices = (form, name) => [...form.ownerDocument.querySelectorAll(`input[name="${name}"][form="${form.id}"]`)]
  const chosen = (form, name) => choices(form, name).find((input) => input.checked)

  /* What stands in a form, without what only the page needs. */
  function content (form) {
    const all = new FormData(form)
    for (const name of ['ref', 'form_name', 'kind', 'kept_card', 'kept_barrier']) all.delete(name)
    return new URLSearchParams(all).toString()
  }

  /* The same in short, to tell a draft of here from one of elsewhere; also of a page just asked for. */
  function sign (form) {
    const picked = CHOICES.map((name) => chosen(form, name)?.value ?? form.dataset[name] ?? '')
    return JSON.stringify([...texts(form).map((field) => field.value), ...picked])
  }

  /* Whether nothing was typed, chosen or given back since the server sent it. */
  function asItCame (form) {
    return texts(form).every((field) => field.value === field.defaultValue) && CHOICES.every((name) => {
      const choice = chosen(form, name)
      return !choice || choice.value === (form.dataset[name] ?? '')
    })
  }

  window.moments.fields = { CHOICES, texts, typed, posts, choices, chosen, content, sign, asItCame }
  Object.assign(window.moments, { typed, chosen })
})()
