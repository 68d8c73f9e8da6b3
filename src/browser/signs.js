// Which signs of each page this document shows: to tell which known page an unknown one resembles.
const [pages] = [...arguments];
return pages.map(page => ({
  page: page.name,
  url: page.url.length === 0 || page.url.some(pattern => new RegExp(pattern).test(location.href)),
  signature: page.signature.map(any => find(any) !== null),
}));
