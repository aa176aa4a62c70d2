/**
 * Setup file of every lane: removes the developer's own settings, which must not decide which store a server under test
 * opens. The settings of the lanes stay (FIREBOARD_TEST_*).
 */
const AMBIENT = /^(FIRESTORE_|GOOGLE_|GCLOUD_|GCP_|CLOUDSDK_CORE_PROJECT$|FIREBASE_|FIREBOARD_(?!TEST_))/;

for (const name of Object.keys(process.env)) {
  if (AMBIENT.test(name)) delete process.env[name];
}
