"""The look of the page."""

STYLE = """<style>
.dpsim-explorer .widget-html-content { line-height: 1.5; }
.dpsim-explorer .dpsim-panels .jp-TabPanel-stackedPanel,
.dpsim-explorer .dpsim-panels .widget-tab-contents { max-height: 23em; overflow: auto; }
.dpsim-explorer h3 { margin: 1em 0 .3em; font-size: 115%; }
.dpsim-explorer h4 { margin: .6em 0 .2em; }
.dpsim-explorer p { margin: .3em 0; max-width: 60em; }
.dpsim-explorer img { max-width: min(100%, 60em); height: auto; }
.dpsim-panels .lm-TabBar-tab, .dpsim-panels .p-TabBar-tab { flex: 0 0 auto !important; min-width: 10em; }
.dpsim-explorer table { border-collapse: collapse; margin: .4em 0; }
.dpsim-explorer th, .dpsim-explorer td { border-bottom: 1px solid #ccc; padding: .25em .7em; text-align: left; }
.dpsim-explorer th { border-bottom: 2px solid #767676; vertical-align: bottom; }
.dpsim-explorer pre { white-space: pre-wrap; word-break: break-all; padding: .4em .6em; margin: .3em 0; }
.dpsim-explorer pre { background: #f6f3ea; color: #222; user-select: all; }
.dpsim-note, .dpsim-ground { color: #595959; }
.dpsim-ground { margin-left: .8em; white-space: nowrap; }
.dpsim-assumed { border: 1px dashed #a14a00; border-radius: 3px; padding: 0 .3em; color: #a14a00; }
.dpsim-fixed { display: flex; gap: 8px; }
.dpsim-fixed .dpsim-label { width: var(--label); text-align: right; flex: none; }
.dpsim-wrong, .dpsim-stale[role] { background: #fdf0e7; border-left: 4px solid #C44601; color: #222; }
.dpsim-interim { background: #f6f3ea; border-left: 4px solid #8a6d00; color: #222; }
.dpsim-info, .dpsim-fresh, .dpsim-status { background: #eef5fa; border-left: 4px solid #0072B2; color: #222; }
.dpsim-explorer div[role] { padding: .4em .8em; margin: .3em 0; white-space: pre-wrap; }
.dpsim-results.dpsim-stale { opacity: .4; filter: grayscale(1); }
</style>"""
