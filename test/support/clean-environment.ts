/**
 * Setup file of every lane: settings of the person who runs the tests must not decide which store a server under test
 * opens. What the lanes themselves say stays (FIREBOARD_TEST_*).
 */
const AMBIENT = /^(FIRESTORE_|GOOGLE_|GCLOUD_|GCP_|CLOUDSDK_CORE_PROJECT$|FIREBASE_|FIREBOARD_(?!TEST_))/;

for (const name of Object.keys(process.env)) {
  if (AMBIENT.test(name)) delete process.env[name];
}
