// The funding calls of the stand-in web: three that are open, and one that is over and must never be offered.
const in_days = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const call = (title, funder, slug, closes) => ({
  title,
  funder,
  closes,
  url: `https://funding.example.org/calls/${slug}`,
});

export const kOpenCalls = [
  call('Convocatoria Energía Rural 2027', 'MinCiencias', 'energia-rural', in_days(60)),
  call('Solar Communities Grant', 'Clean Energy Fund', 'solar-communities', in_days(90)),
  call('Innova Territorio', 'BID Lab', 'innova-territorio', in_days(120)),
];
export const kOverCall = call('Convocatoria ya cerrada', 'MinTIC', 'cerrada', '2020-05-31');
export const kEveryCall = [...kOpenCalls, kOverCall];

export const text_of = ({title, funder, closes}) =>
  `${title}. ${funder} financia proyectos de energía solar en comunidades rurales. Tipo: subvención. ` +
  `Pueden postular entidades colombianas. Fecha de cierre: ${closes}.`;
