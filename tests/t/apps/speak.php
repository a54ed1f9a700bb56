<?php
// SPDX-License-Identifier: Apache-2.0
// An application that answers as its query asks, so that a test can let it say
// anything to the server; its page lists what the server has told it.
//
//   ?status=404&type=text/html&say=Name:+value&say=...

$asked = ['status' => '200', 'type' => 'text/plain'];
$said = [];
// $_GET would keep only the last of several
foreach (explode('&', $_SERVER['QUERY_STRING'] ?? '') as $pair) {
    [$name, $value] = array_map('urldecode', explode('=', $pair, 2)) + [1 => ''];
    $asked[$name] = $value;
    if ($name === 'say') {
        $said[] = $value;
    }
}
$empty = in_array($asked['status'], ['204', '304'], true);
ini_set('default_charset', '');
if (!$empty) {
    header("Content-Type: $asked[type]");
}
foreach ($said as $line) {
    header($line, false);
}
http_response_code((int) $asked['status']);
if ($empty) {
    exit;
}
ksort($_SERVER);
foreach ($_SERVER as $name => $value) {
    if (preg_match('/^(?:SESSION_NP_|HTTP_SESSION_NP_|(?:REMOTE_USER|AUTH_TYPE|HTTP_COOKIE)$)/', $name)) {
        echo "$name=$value\n";
    }
}
