"""The pages and pictures as a folder of files, which any host serves without this program."""
