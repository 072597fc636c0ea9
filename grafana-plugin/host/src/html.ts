/** The two pages: `/` waits to be told what to show, `/preview` shows the running demo. */

const SCRIPTS: Readonly<Record<string, string>> = { "/": "boot.js", "/preview": "preview.js" };

/** Undefined when there is no such page. Where there is a preview it is the first page. */
export function htmlOf(pathname: string, hasPreview: boolean): string | undefined {
  if (pathname === "/preview" && !hasPreview) return undefined;
  const script = pathname === "/" && hasPreview ? "preview.js" : SCRIPTS[pathname];
  if (script === undefined) return undefined;
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
    <div id="host"></div>
  </body>
</html>
`;
}
