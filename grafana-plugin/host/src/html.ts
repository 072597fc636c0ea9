/** The two pages: `/` waits to be told what to show, `/preview` shows the running demo. */

const SCRIPTS: Readonly<Record<string, string>> = { "/": "boot.js", "/preview": "preview.js" };

/** A dashboard has a title too. For screen readers alone: pictures are to show nothing but the panel. */
const HIDDEN_TITLE = `<header style="position: absolute; width: 1px; height: 1px; clip-path: inset(50%); overflow: hidden">
      <h1>Presage panel</h1>
    </header>`;

/** Undefined when there is no such page. Where there is a preview it is the first page. */
export function htmlOf(pathname: string, hasPreview: boolean): string | undefined {
  if (pathname === "/preview" && !hasPreview) return undefined;
  const script = pathname === "/" && hasPreview ? "preview.js" : SCRIPTS[pathname];
  if (script === undefined) return undefined;
  // The preview brings a title of its own.
  const title = script === SCRIPTS["/"] ? HIDDEN_TITLE : "";
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Presage panel</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/page/boot.css" />
    <script type="module" src="/page/${script}"></script>
  </head>
  <body style="margin: 16px">
    ${title}
    <div id="host"></div>
  </body>
</html>
`;
}
